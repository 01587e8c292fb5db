"""Emptying the work folder, whatever a student has put there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.sandbox.inside import boot, upkeep

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nobody_is_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fchown", lambda *_: None)


def test_hostile_names_and_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    work = tmp_path / "work"
    work.mkdir()
    for name in (b"-rf", b"\n", b"\xff\xfe", b" ", b"0", b"1"):
        path = os.fsencode(work) + b"/" + name
        os.mkdir(path)  # noqa: PTH102 - bytes
        os.symlink(os.fsencode(outside), path + b"/link")  # noqa: PTH211
        with open(path + b"/*", "wb"):  # noqa: PTH123
            pass
    (work / "out").symlink_to(outside)
    os.mkfifo(work / "pipe")
    (work / "locked").mkdir(mode=0o700 if os.getuid() else 0)
    upkeep.wipe(work)
    assert list(work.iterdir()) == []
    assert [one.name for one in outside.iterdir()] == ["kept"]


def test_very_deep_folders(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    here = os.open(work, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    upkeep.wipe(work)
    assert list(work.iterdir()) == []


def test_only_a_real_folder_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(OSError, match="directory"):
        upkeep.wipe(tmp_path / "link")


def test_space_is_given_back_only_if_there_is_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command))
    monkeypatch.setattr(boot, "DATA", tmp_path)
    monkeypatch.setattr(boot, "DISK", tmp_path / "data.img")
    boot.DISK.touch()
    upkeep.trim()
    assert ran == []
    monkeypatch.setattr(upkeep, "_SLACK", -(1 << 60))
    upkeep.trim()
    assert ran == [["fstrim", str(tmp_path)]]


def test_strangers_are_those_that_the_engine_did_not_start() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        # Here everything is a stranger but this process; nothing is in another namespace, so nothing is killed.
        assert upkeep.strangers(kill=False)
        assert upkeep._is_own(os.getpid(), 1, "python3")
        assert upkeep._is_own(7, 0, "python3")
        assert upkeep._is_own(7, 1, "dockerd")
        assert not upkeep._is_own(7, 1, "containerd-shim")
    finally:
        child.communicate()
