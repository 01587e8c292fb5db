from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.core import scratch
from grader.core.errors import SandboxError
from grader.core.scratch import abandoned_folders, scratch_folder, temporary_folder


def test_is_gone_afterwards() -> None:
    with scratch_folder() as folder:
        (folder / "x").write_text("")
    assert not folder.exists()


def test_nowhere_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SandboxError, match="can't be written here") as caught, scratch_folder():
        pass
    assert "TMPDIR" in str(caught.value.hint)


def test_a_full_disk_is_this_machines_doing() -> None:
    with pytest.raises(SandboxError, match="No space left"), scratch_folder():
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of one's own for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_abandoned_once_its_process_is_killed(place: Path) -> None:
    code = "import time; from grader.core.scratch import Scratch; print(Scratch().path, flush=True); time.sleep(600)"
    env = {**os.environ, "TMPDIR": str(place)}
    with subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        path = Path(process.stdout.readline().strip())
        assert path.parent == place
        assert list(abandoned_folders()) == []
        process.kill()
    assert list(abandoned_folders()) == [path]


def test_a_folder_that_is_taken_for_an_abandoned_one_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    lock = fcntl.flock

    def late(number: int, operation: int) -> None:
        made.append(place)
        if len(made) == 1:
            for path in abandoned_folders():
                path.rmdir()
        lock(number, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with temporary_folder() as folder:
        assert folder.is_dir()
        assert list(abandoned_folders()) == []
    assert list(place.iterdir()) == []


def test_only_folders_of_ones_own_are_abandoned(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (place / f"{scratch.PREFIX}link").symlink_to(other)
    (place / f"{scratch.PREFIX}file").write_text("")
    (place / "grader-other").mkdir()
    assert list(abandoned_folders()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="needs a folder of another user")
def test_folders_of_other_users_are_let_alone(place: Path) -> None:
    foreign = place / f"{scratch.PREFIX}foreign"
    foreign.mkdir()
    os.chown(foreign, 65534, 65534)
    assert list(abandoned_folders()) == []
