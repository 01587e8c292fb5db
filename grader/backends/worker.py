"""One process that grades, one attempt after the other: a `local` backend has several.

It is told what to do over a socket that only the backend has the other end of. It ends, and removes what it has made,
when that end is closed, whatever became of the backend.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import secrets
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from types import FrameType

    from grader.batch.backend import Job
    from grader.core.result import CheckResult, Result

MAX_MESSAGE: Final = 256 * 1024 * 1024
"""Bytes of one message: a Result is bounded by its parts, this is the last line."""
_PR_SET_PDEATHSIG: Final = 1


class Line:
    """The way to the backend; two threads use it."""

    def __init__(self, number: int) -> None:
        self._connection = Connection(number)
        self._lock = threading.Lock()

    def say(self, **message: Any) -> None:
        """Tell the backend something; if nobody listens any more, that is the end of this process."""
        with self._lock, contextlib.suppress(OSError):
            self._connection.send_bytes(json.dumps(message).encode())

    def listen(self) -> bytes | None:
        """Give the next job; None once there are no more."""
        try:
            return self._connection.recv_bytes(MAX_MESSAGE)
        except (EOFError, OSError):
            return None

    def closed(self) -> bool:
        """Wait for a moment, and say whether the other end is gone; only while nothing is listened for."""
        with contextlib.suppress(OSError, EOFError):
            # Nothing is sent while a job runs, so that what can be read then is the end.
            return self._connection.poll(1.0)
        return True


class _Telling:
    """Passes an attempt's phases on."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def phase(self, name: str) -> None:
        self._line.say(phase=name)

    def checked(self, result: CheckResult) -> None:
        """Say nothing: its result is about to say it all."""


class _Bugs(logging.Handler):
    """Passes on what checks log about their own bugs."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        text = "".join(traceback.format_exception(error)) if error is not None else ""
        self._line.say(bug=f"{record.getMessage()}\n{text}")


def main(number: int) -> None:
    """Grade until there is no more to do."""
    _end_with_parent()
    signal.signal(signal.SIGTERM, _stop)
    line = Line(number)
    logger = logging.getLogger("grader")
    logger.addHandler(_Bugs(line))
    logger.propagate = False
    with contextlib.suppress(KeyboardInterrupt):
        line.say(ready=True)
        while (message := line.listen()) is not None:
            _work(message, line)


def _work(message: bytes, line: Line) -> None:
    """Carry one job out, and say what came of it."""
    from grader.batch.backend import Job

    job = Job.model_validate_json(message)
    done = threading.Event()
    threading.Thread(target=_watch, args=(line, done), daemon=True).start()
    try:
        result = _grade(job, line)
    except KeyboardInterrupt:
        done.set()
        line.say(cause="it was interrupted")
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is none of the student's doing
        _Bugs(line).emit(logging.LogRecord("", 0, "", 0, "grading met a bug", (), (type(error), error, None)))
        cause: dict[str, Any] = {"cause": f"the grader met a bug: {type(error).__name__}"}
    else:
        cause = {"result": result.model_dump_json(), "waited": [one.id for one in result.checks if one.waited]}
    done.set()
    line.say(**cause)


def _grade(job: Job, line: Line) -> Result:
    from grader.batch.intake import unpack
    from grader.core.scratch import scratch_folder
    from grader.exercise.engines import opener
    from grader.exercise.load import load
    from grader.grading import Options, grade

    progress = _Telling(line)
    exercise = load(job.exercise, secrets.randbits(32))
    options = Options(received_at=job.received_at, submission_id=job.student, notes=job.notes)
    with scratch_folder() as scratch:
        source = job.submission
        if job.is_snapshot:
            source = scratch / "submission"
            unpack(job.submission, source)
        connect = opener(exercise, job.mode, progress, batch=job.batch)
        return grade(exercise, source, connect, progress, options)


def _watch(line: Line, done: threading.Event) -> None:
    """End an attempt that nobody waits for any more."""
    while not done.is_set():
        if line.closed() and not done.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what follows is cleaning up
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    """Have Linux tell us at once when the backend dies; elsewhere the closed socket says so within a second."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


if __name__ == "__main__":
    os.chdir("/")
    main(int(sys.argv[1]))
