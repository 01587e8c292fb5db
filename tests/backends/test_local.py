"""Processes that grade: what becomes of them, and of what they had."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import psutil
import pytest

from grader.backends.local import Local
from grader.batch.backend import Job
from grader.core.result import Result, Status
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.batch.backend import Ended

PATIENCE = 60.0
"""Seconds in which what is waited for comes on the slowest machine."""


_STARTER: Final = """
import sys, time
from pathlib import Path
import psutil
from grader.backends.local import Local
from grader.batch.backend import Job
path = Path(sys.argv[1])
backend = Local(1, path.parent)
backend.start(Job.model_validate_json(path.read_text()))
print(psutil.Process().children()[0].pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    made = Local(2, tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "Dockerfile").write_text("FROM busybox:1\n")
    exercise = write(tmp_path / "exercises", GOOD)
    return Job(handin=1, exercise=exercise, submission=tmp_path / "work", is_snapshot=False, student="ada", mode="host")


def end(backend: Local) -> Ended:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        for ended in backend.wait(1.0):
            return ended
    raise AssertionError("nothing ended")


def processes() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "grader.backends.worker" in one.cmdline()]


def slow(job: Job, tmp_path: Path) -> Job:
    """Give a job that lasts: a FIFO is where the exercise should be, and nobody writes."""
    folder = tmp_path / "slow"
    folder.mkdir()
    os.mkfifo(folder / "exercise.yaml")
    return job.model_copy(update={"exercise": folder, "handin": 2})


def test_a_result_comes_back(backend: Local, job: Job) -> None:
    backend.start(job)
    assert [one.student for one in backend.running()] == ["ada"]
    ended = end(backend)
    assert ended.result is not None
    result = Result.model_validate_json(ended.result)
    # There is no engine: that is the platform's doing, and says so.
    assert (result.status, result.submission.id) == (Status.UNGRADED, "ada")
    assert not ended.crowded
    assert backend.running() == []


def test_a_process_has_many_jobs(backend: Local, job: Job) -> None:
    backend.start(job)
    end(backend)
    before = processes()
    backend.start(job)
    end(backend)
    assert processes() == before


def test_a_bug_is_told_with_its_traceback(backend: Local, job: Job, tmp_path: Path) -> None:
    backend.start(job.model_copy(update={"exercise": tmp_path / "none"}))
    assert end(backend).cause == "the grader met a bug: ExerciseError"
    [bug] = backend.bugs()
    assert "Traceback" in bug
    assert backend.bugs() == []


def test_one_that_is_killed_takes_no_other_along(backend: Local, job: Job, tmp_path: Path) -> None:
    backend.start(slow(job, tmp_path))
    [process] = processes()
    process.send_signal(signal.SIGKILL)
    ended = end(backend)
    assert (ended.handin, ended.result) == (2, None)
    assert ended.cause == "the process that graded it ended by signal SIGKILL"
    backend.start(job)
    assert end(backend).result is not None


def test_one_that_is_lost_is_ended(backend: Local, job: Job, tmp_path: Path) -> None:
    backend.start(slow(job, tmp_path).model_copy(update={"deadline": 3.0}))
    ended = end(backend)
    assert ended.result is None
    assert ended.cause == "it did not end within 3 s"


def test_what_runs_can_be_interrupted(backend: Local, job: Job, tmp_path: Path) -> None:
    backend.start(slow(job, tmp_path))
    backend.wait(2.0)
    backend.interrupt()
    assert end(backend).result is None
    assert processes() == []


def test_nothing_is_left(backend: Local, job: Job, tmp_path: Path) -> None:
    backend.start(slow(job, tmp_path))
    backend.start(job)
    end(backend)
    found = processes()
    assert len(found) == 2
    backend.close()
    assert not any(one.is_running() for one in found)


def test_they_end_with_the_one_who_started_them(job: Job, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text(slow(job, tmp_path).model_dump_json())
    with subprocess.Popen([sys.executable, "-c", _STARTER, str(path)], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        worker = psutil.Process(int(starter.stdout.readline()))
        starter.kill()
    assert psutil.wait_procs([worker], timeout=PATIENCE)[1] == []
