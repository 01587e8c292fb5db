from __future__ import annotations

import json
import subprocess
import tempfile
import uuid
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxError
from grader.sandbox.disposable import records
from tests.support.commands import grader, process

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ledgers(tmp_path: Path) -> Path:
    folder = tmp_path / "state" / "grader" / "ledgers"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of one's own for temporary files: what others left elsewhere is none of these tests' concern."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def write(folder: Path, *lines: dict[str, str]) -> Path:
    path = folder / f"{uuid.uuid4().hex}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_nothing_to_remove() -> None:
    assert grader("clean") == (0, "Nothing to remove.\n", "")


def test_an_engine_that_is_gone(ledgers: Path) -> None:
    path = write(ledgers, {"engine": "unix:///nonexistent.sock"}, {"container": "grader-x"})
    ran = process("clean")
    assert ran.code == 3
    assert "unix:///nonexistent.sock" in ran.err
    assert path.exists()


@pytest.mark.docker
def test_only_what_was_written_down_is_removed(ledgers: Path) -> None:
    mine, other = f"grader-test-{uuid.uuid4().hex}", f"grader-test-{uuid.uuid4().hex}"
    for name in (mine, other):
        subprocess.run(["docker", "create", "--name", name, "busybox:1"], check=True, capture_output=True)
    try:
        path = write(ledgers, {"engine": "unix:///var/run/docker.sock"}, {"container": mine})
        assert grader("clean", "--dry-run") == (0, f"would remove container {mine}\n", "")
        assert path.exists()
        assert grader("clean") == (0, f"removing container {mine}\n", "")
        assert not path.exists()
        assert subprocess.run(["docker", "inspect", mine], check=False, capture_output=True).returncode == 1
        assert subprocess.run(["docker", "inspect", other], check=False, capture_output=True).returncode == 0
    finally:
        subprocess.run(["docker", "rm", "-f", mine, other], check=True, capture_output=True)


def test_what_was_on_a_disposable_engine_goes_with_it(ledgers: Path) -> None:
    path = write(ledgers, {"engine": "unix:///tmp/grader-engine-0a1b-xyz/docker.sock"}, {"container": "grader-x"})
    assert grader("clean") == (0, "Nothing to remove.\n", "")
    assert not path.exists()


def test_an_engine_whose_owner_crashed(monkeypatch: pytest.MonkeyPatch) -> None:
    failing: list[SandboxError] = []

    def destroy(*_: object) -> None:
        if failing:
            raise failing.pop()

    monkeypatch.setattr("grader.sandbox.disposable.start.destroy", destroy)
    left, warm = (records.create(records.fresh("unix:///x.sock", warm=warm)) for warm in (False, True))
    name = left.record.name
    assert grader("clean").out == "Nothing to remove.\n"
    left.release()
    warm.release()
    assert grader("clean", "--dry-run") == (0, f"would remove engine {name}\n", "")
    failing.append(SandboxError("device is busy"))
    ran = grader("clean")
    assert (ran.code, ran.err) == (3, f"engine {name} could not be removed: device is busy\n")
    assert grader("clean") == (0, f"removing engine {name}\n", "")
    assert [one.name for one, _ in records.every()] == [warm.record.name]


def test_folders_of_killed_processes(place: Path) -> None:
    left = place / "grader-tmp-left"
    (left / "submission").mkdir(parents=True)
    assert grader("clean", "--dry-run") == (0, f"would remove folder {left}\n", "")
    assert left.exists()
    assert grader("clean") == (0, f"removing folder {left}\n", "")
    assert not left.exists()
