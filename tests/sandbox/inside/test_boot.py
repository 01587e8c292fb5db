"""Readying an engine container: cgroups, disk and mounts."""

from __future__ import annotations

import os
import subprocess
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from grader.sandbox.inside import boot

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_to_do_on_cgroup_v1(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    boot.prepare_cgroups(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["memory"]


def test_on_cgroup_v2_processes_make_way_for_controllers(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    (tmp_path / "cgroup.procs").write_text("1\n")
    boot.prepare_cgroups(tmp_path)
    assert (tmp_path / "init" / "cgroup.procs").read_text() == "1"
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"
    boot.prepare_cgroups(tmp_path)  # a second start of the same container


class Programs:
    """Stands in for the programs that are run; `mount` fails so many times."""

    def __init__(self, failures: int = 0) -> None:
        self.ran: list[str] = []
        self.failures = failures

    def __call__(self, command: Any, **_: Any) -> SimpleNamespace:
        self.ran.append(command[0])
        code = 0
        if command[0] == "mount" and self.failures:
            self.failures -= 1
            code = 32
        return SimpleNamespace(returncode=code, stdout="/dev/loop9 (lost)\n", stderr="no device")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    one = Programs()
    monkeypatch.setattr(subprocess, "run", one)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(boot, "DATA", tmp_path / "data")
    monkeypatch.setattr(boot, "SEED", tmp_path / "seed.img")
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(os, "mknod", lambda *device: made.append(device))
    monkeypatch.setattr(os.path, "exists", lambda path: bool(made) and path == "/dev/loop9")
    return one


def test_a_disk_is_a_copy_of_the_seed(programs: Programs, tmp_path: Path) -> None:
    boot.SEED.touch()
    boot.prepare_disk(tmp_path / "disk.img", 1 << 30, seeding=False)
    assert programs.ran == ["cp", "losetup", "mount"]


def test_a_seed_is_an_empty_disk(programs: Programs, tmp_path: Path) -> None:
    image = boot.unfinished(tmp_path)
    boot.prepare_disk(image, 1 << 20, seeding=True)
    assert programs.ran == ["mkfs.ext4", "losetup", "mount"]
    assert image.stat().st_size == 1 << 20


def test_other_engines_take_devices_at_the_same_time(programs: Programs, tmp_path: Path) -> None:
    boot.SEED.touch()
    programs.failures = 3
    boot.prepare_disk(tmp_path / "disk.img", 1, seeding=False)
    assert programs.ran.count("mount") == 4


def test_no_device_at_all(programs: Programs, tmp_path: Path) -> None:
    boot.SEED.touch()
    programs.failures = 100
    with pytest.raises(SystemExit, match="the engine's disk can't be mounted: no device"):
        boot.prepare_disk(tmp_path / "disk.img", 1, seeding=False)


@pytest.mark.usefixtures("programs")
def test_there_is_no_seed(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        boot.prepare_disk(tmp_path / "disk.img", 1, seeding=False)
    assert caught.value.code == boot.NO_SEED


def test_too_little_space_on_the_host(programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=1000, f_frsize=4096))
    with pytest.raises(SystemExit) as caught:
        boot.prepare_disk(tmp_path / "disk.img", 1, seeding=False)
    assert caught.value.code == boot.NO_SPACE
    assert programs.ran == []


def test_what_an_interrupted_seed_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "0.new"
    left.touch()
    ours = boot.unfinished(tmp_path)
    assert sorted(tmp_path.iterdir()) == [ours]
    other = boot.unfinished(tmp_path)  # ours is locked: somebody writes it
    assert sorted(tmp_path.iterdir()) == sorted([ours, other])


def test_a_work_folder_that_there_is_not(tmp_path: Path) -> None:
    boot.follow_no_links(tmp_path / "none")


def test_links_that_can_not_be_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: SimpleNamespace(mount=lambda *_: -1))
    with pytest.raises(SystemExit, match="can't be mounted without links"):
        boot.follow_no_links(tmp_path)
