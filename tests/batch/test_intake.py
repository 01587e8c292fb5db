from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from grader.batch.intake import pack, taken, unpack
from grader.core.errors import UsageError
from grader.submissions.intake import Caps, take

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "app").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM busybox:1\n")
    (folder / "app" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "app" / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("app/run.sh")
    (folder / "later").symlink_to("app/given-by-the-author")
    (folder / "empty").mkdir()
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_a_snapshot_is_the_submission(work: Path, scratch: Path, tmp_path: Path) -> None:
    one = taken(work, Caps(), scratch, lambda _: False)
    assert one.snapshot is not None
    assert (one.files, one.whole) == (4, True)
    path = tmp_path / "snapshot.tar.gz"
    path.write_bytes(one.snapshot)
    unpack(path, tmp_path / "again")
    assert take(tmp_path / "again", tmp_path / "copy", Caps()).digest == one.digest
    assert os.access(tmp_path / "again" / "app" / "run.sh", os.X_OK)
    assert not list(scratch.iterdir())


def test_the_same_files_are_the_same_bytes(work: Path, tmp_path: Path) -> None:
    before = pack(work)
    os.utime(work / "Dockerfile", (1, 1))
    assert pack(work) == before
    (work / "Dockerfile").write_text("FROM nginx:1\n")
    assert pack(work) != before
    assert not (tmp_path / "scratch").exists()


def test_what_is_known_is_not_packed(work: Path, scratch: Path) -> None:
    digest = taken(work, Caps(), scratch, lambda _: False).digest
    assert taken(work, Caps(), scratch, {digest}.__contains__).snapshot is None


def test_an_archive_is_taken_out_of_its_folder(scratch: Path, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("answer/Dockerfile", "FROM busybox:1\n")
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())
    one = taken(tmp_path / "a.zip", Caps(), scratch, lambda _: False)
    assert one.notes == ("taken from the folder 'answer' of the archive",)
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "Dockerfile").write_text("FROM busybox:1\n")
    assert taken(tmp_path / "plain", Caps(), scratch, lambda _: True).digest == one.digest


@pytest.mark.parametrize("kind", ["link", "many", "zip", "pipe"])
def test_what_breaks_the_rules_is_known_by_what_it_is(kind: str, work: Path, scratch: Path, tmp_path: Path) -> None:
    source, caps = work, Caps()
    if kind == "link":
        (work / "out").symlink_to("/etc/passwd")
    elif kind == "many":
        caps = Caps(max_files=2)
    elif kind == "zip":
        source = tmp_path / "a.zip"
        source.write_bytes(b"PK\x03\x04 this is none")
    else:
        source = tmp_path / "pipe"
        os.mkfifo(source)
    one = taken(source, caps, scratch, lambda _: False)
    assert (one.whole, one.snapshot) == (False, None)
    assert one.digest.startswith("raw-sha256:")
    assert taken(source, caps, scratch, lambda _: False).digest == one.digest
    assert not list(scratch.iterdir())


def test_what_is_gone_is_said(scratch: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no submission at"):
        taken(tmp_path / "none", Caps(), scratch, lambda _: False)
