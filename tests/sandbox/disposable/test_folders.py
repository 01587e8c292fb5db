"""Folders with the sockets of disposable engines: private, short, and removed."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from grader.sandbox.disposable import folders
from grader.sandbox.disposable.records import Record

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_folders_with_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(folders, "_LONGEST", 4096)  # however long the path of this test's folder is
    record = Record(name="grader-engine-1", host="h")
    made = [folders.new_folder(record.name) for _ in range(2)]
    assert stat.S_IMODE(made[0].stat().st_mode) == 0o700
    (made[0] / "docker.sock").touch()
    (made[1] / "something else").touch()
    other = folders.new_folder("grader-engine-2")
    folders.remove_folders(record)
    assert sorted(tmp_path.glob("grader-engine-*")) == sorted([made[1], other])


def test_a_long_path_is_avoided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep, short = tmp_path / ("d" * 90), tmp_path / "s"
    for place in (deep, short):
        place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    monkeypatch.setattr(folders, "_SHORT", short)
    monkeypatch.setattr(folders, "_LONGEST", len(os.fsencode(short / "grader-engine-1")))
    made = folders.new_folder("grader-engine-1")
    assert made.parent == short
    folders.remove_folders(Record(name="grader-engine-1", host="h"))
    assert list(short.iterdir()) == []


def test_a_long_path_is_taken_where_all_are_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(folders, "_SHORT", tmp_path / "absent")
    monkeypatch.setattr(folders, "_LONGEST", 1)
    assert folders.new_folder("grader-engine-1").parent == tmp_path
