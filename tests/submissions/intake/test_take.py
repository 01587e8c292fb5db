"""Folders, and what a submission may be at all."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import GraderError, PolicyError, SandboxError, SubmissionError, UsageError
from grader.submissions.intake import Caps, Snapshot, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "canary-of-the-host"
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Give a folder with a Dockerfile, beside a secret that is nobody's business."""
    (tmp_path / "secret").write_text(CANARY)
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return folder


def taken(work: Path, **caps: int) -> Snapshot:
    return take(work, work.parent / "taken", Caps(**caps))


def names(snapshot: Snapshot) -> list[str]:
    return sorted(path.relative_to(snapshot.root).as_posix() for path in snapshot.root.rglob("*"))


def refused(work: Path, because: str, error: type[GraderError] = PolicyError, **caps: int) -> GraderError:
    with pytest.raises(error) as caught:
        taken(work, **caps)
    assert because in caught.value.message
    assert CANARY not in caught.value.message
    return caught.value


def test_everything_is_copied(work: Path) -> None:
    (work / "app").mkdir()
    (work / "app" / "run.sh").write_text("#!/bin/sh\n")
    (work / "app" / "run.sh").chmod(0o755)
    (work / "empty").mkdir()
    snapshot = taken(work)
    assert names(snapshot) == ["Dockerfile", "app", "app/run.sh", "empty"]
    assert (snapshot.files, snapshot.bytes, snapshot.notes) == (2, 23, ())
    assert (snapshot.root / "app" / "run.sh").stat().st_mode & 0o777 == 0o755


def test_modes_are_normalised(work: Path) -> None:
    for name, mode in {"setuid": 0o6755, "sticky": 0o1644, "open": 0o666}.items():
        (work / name).write_text("")
        (work / name).chmod(mode)
    root = taken(work).root
    assert stat.S_IMODE((root / "setuid").stat().st_mode) == 0o755
    assert {stat.S_IMODE((root / name).stat().st_mode) for name in ("sticky", "open")} == {0o644}


@pytest.mark.skipif(AS_ROOT, reason="root reads everything")
def test_a_file_that_can_not_be_read_is_the_students(work: Path) -> None:  # pragma: no cover
    (work / "Dockerfile").chmod(0)
    refused(work, "'Dockerfile' can't be read: Permission denied", SubmissionError)


@pytest.mark.skipif(not AS_ROOT, reason="needs to read a file of mode 000")
def test_a_file_of_mode_000_becomes_readable(work: Path) -> None:
    (work / "Dockerfile").chmod(0)
    assert stat.S_IMODE((taken(work).root / "Dockerfile").stat().st_mode) == 0o644


def test_histories_are_left_out(work: Path) -> None:
    (work / ".git" / "hooks").mkdir(parents=True)
    (work / ".git" / "config").write_text("token")
    (work / "lib").mkdir()
    (work / "lib" / ".git").write_text("gitdir: /elsewhere")  # a submodule
    (work / ".gitignore").write_text("")
    (work / ".github").mkdir()
    assert names(taken(work)) == [".github", ".gitignore", "Dockerfile", "lib"]


@pytest.mark.parametrize("target", ["Dockerfile", "./app/../Dockerfile", "app", "missing", "."])
def test_links_inside_stay_links(work: Path, target: str) -> None:
    (work / "app").mkdir()
    (work / "link").symlink_to(target)
    assert os.readlink(taken(work).root / "link") == target  # noqa: PTH115 - Path would drop a dot


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "..", "app/../../secret", "app/../.."])
def test_links_that_leave_are_refused(work: Path, target: str) -> None:
    (work / "app").mkdir()
    (work / "link").symlink_to(target)
    error = refused(work, "'link' is a link that leads out of the submission")
    assert target not in error.message or target == ".."


def test_a_chain_that_leaves_together_is_refused(work: Path) -> None:
    (work / "a" / "b").mkdir(parents=True)
    (work / "a" / "b" / "top").symlink_to("../..")
    (work / "a" / "b" / "out").symlink_to("top/../secret")
    refused(work, "'a/b/out' is a link that leads out of the submission")


def test_a_loop_is_refused(work: Path) -> None:
    (work / "one").symlink_to("two")
    (work / "two").symlink_to("one")
    refused(work, "'one' is a link that leads nowhere")


def test_a_dockerfile_that_links_out_is_refused_unread(work: Path) -> None:
    (work / "Dockerfile").unlink()
    (work / "Dockerfile").symlink_to("../secret")
    refused(work, "'Dockerfile' is a link that leads out")


def test_fifos_are_refused_at_once(work: Path) -> None:
    os.mkfifo(work / "pipe")
    refused(work, "'pipe' is not a regular file")


def test_a_fifo_in_place_of_a_file_does_not_block(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(work / "swapped")
    regular, real = (work / "Dockerfile").stat(), os.stat
    monkeypatch.setattr(os, "stat", lambda name, **how: regular if name == "swapped" else real(name, **how))
    refused(work, "'swapped' is not a regular file")


def test_sockets_are_refused(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(work)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        refused(work, "'socket' is not a regular file")


@pytest.mark.skipif(not AS_ROOT, reason="only root makes devices")
def test_devices_are_refused(work: Path) -> None:
    os.mknod(work / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    refused(work, "'null' is not a regular file")


def test_sparse_files_count_with_their_apparent_size(work: Path) -> None:
    with (work / "huge").open("wb") as file:
        file.truncate(1 << 40)
    refused(work, "larger than 10.0 MiB (the limit was passed at 'huge')")
    assert not (work.parent / "taken" / "huge").exists()


def test_20_mb_are_too_much(work: Path) -> None:
    (work / "video.mp4").write_bytes(bytes(20_000_000))
    assert "no images, videos" in (refused(work, "larger than 10.0 MiB").hint or "")


def test_caps_are_exact(work: Path) -> None:
    assert taken(work, max_bytes=13, max_files=1).bytes == 13


@pytest.mark.parametrize(
    ("caps", "because"),
    [({"max_bytes": 12}, "larger than 12 B"), ({"max_files": 1}, "more than 1 files")],
)
def test_one_more_is_too_much(work: Path, caps: dict[str, int], because: str) -> None:
    (work / "empty").mkdir()
    refused(work, because, PolicyError, **caps)


def test_a_file_that_grows_meanwhile_is_still_bounded(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "log").write_bytes(bytes(100))
    real = os.fstat

    def smaller(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        return os.stat_result((*found[:6], 0, *found[7:10]))

    monkeypatch.setattr(os, "fstat", smaller)
    refused(work, "larger than 50 B", max_bytes=50)


def test_folders_deeper_than_any_project_are_refused(work: Path) -> None:
    folder = work
    for _ in range(41):
        folder /= "d"
        folder.mkdir()
    refused(work, "nested too deeply")


def test_names_that_differ_in_case_are_noted(work: Path) -> None:
    (work / "dockerfile").write_text("FROM busybox:1\n")
    snapshot = taken(work)
    assert snapshot.notes == ("'Dockerfile' and 'dockerfile' differ only in upper and lower case",)
    assert (snapshot.root / "Dockerfile").read_text() == "FROM scratch\n"


def test_undecodable_names_are_kept(work: Path) -> None:
    (work / os.fsdecode(b"caf\xe9")).write_text("x")
    snapshot = taken(work)
    assert os.fsdecode(b"caf\xe9") in names(snapshot)
    assert snapshot.digest.startswith("sha256:")


def changes(work: Path) -> Iterator[None]:
    """Make changes that a build could see."""
    (work / "empty").mkdir()
    yield
    (work / "Dockerfile").chmod(0o755)
    yield
    (work / "Dockerfile").write_text("FROM busybox\n")
    yield
    (work / "empty").rename(work / "other")
    yield
    (work / "link").symlink_to("Dockerfile")
    yield
    (work / "link").unlink()
    (work / "link").symlink_to("other")
    yield


def test_the_digest_sees_every_change_and_only_changes(work: Path) -> None:
    digests = [taken(work).digest]
    for number, _ in enumerate(changes(work)):
        digests.append(take(work, work.parent / f"taken-{number}", Caps()).digest)
        os.utime(work / "Dockerfile", (number, number))
        assert take(work, work.parent / f"again-{number}", Caps()).digest == digests[-1]
    assert len(set(digests)) == len(digests)


def test_there_must_be_something(tmp_path: Path) -> None:
    refused(tmp_path / "missing", "there is no submission at", UsageError)


def test_a_submission_may_be_a_link_to_a_folder(work: Path) -> None:
    link = work.parent / "link"
    link.symlink_to("work")
    assert names(taken(link)) == ["Dockerfile"]


def test_a_fifo_is_no_submission(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "neither a folder nor an archive")


@pytest.mark.parametrize("name", ["Dockerfile", "work.rar", "empty.zip"])
def test_another_file_is_no_submission(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"" if name.startswith("empty") else b"Rar!\x1a\x07\x01\x00 FROM scratch")
    assert ".zip" in (refused(tmp_path / name, "not a zip or tar that can be read", SubmissionError).hint or "")


def test_a_full_disk_is_nobodys_fault(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(work))

    monkeypatch.setattr("pathlib.Path.mkdir", full)
    refused(work, "could not be copied: No space left on device", SandboxError)
