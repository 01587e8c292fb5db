"""Attempts in processes of this machine: one that crashes, or is killed, takes no other along."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final

from grader.backends.worker import MAX_MESSAGE
from grader.batch.backend import Ended, Running
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.batch.backend import Job

_MOST_JOBS: Final = 200
"""Attempts after which a process is replaced: whatever it may have gathered is gone then."""
_GRACE: Final = 60.0
"""Seconds that a process has for cleaning up before it is killed."""
_TAIL: Final = 2_000
"""Bytes of what a process that crashed said last."""


class _Worker:
    """One process, and the job that it has."""

    def __init__(self, temporary: Path) -> None:
        ours, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        with theirs:
            # A session of its own: a Ctrl-C on the terminal is for the batch alone.
            # -P: nothing is imported from the folder that somebody happens to be in.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "grader.backends.worker", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env={**os.environ, "TMPDIR": str(temporary)},
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
            )
        self.connection = Connection(ours.detach())
        self.job: Job | None = None
        self.jobs = 0
        self.asked_to_end: float | None = None
        self._since = 0.0
        self._phase = ""
        self.shared = False

    def start(self, job: Job, *, shared: bool) -> None:
        self.job, self._since, self._phase, self.shared = job, time.monotonic(), "Starting", shared
        self.jobs += 1
        with suppress(OSError):  # it is gone: that is heard next
            self.connection.send_bytes(job.model_dump_json().encode())

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._since

    def show(self) -> Running:
        assert self.job is not None  # noqa: S101 - only those that have one are shown
        return Running(self.job.handin, self.job.student, self.seconds, self._phase)

    def hear(self, bugs: list[str]) -> Ended | None:
        """Take one message; gives the end of the job, if that is what it says."""
        try:
            message: dict[str, Any] = json.loads(self.connection.recv_bytes(MAX_MESSAGE))
        except (OSError, EOFError, ValueError):
            return self._end(cause=self._last_words())
        if "phase" in message:
            self._phase = one_line(str(message["phase"]))
        elif "bug" in message:
            bugs.append(str(message["bug"]))
        elif "result" in message:
            return self._end(str(message["result"]).encode(), tuple(message["waited"]))
        elif "cause" in message:
            return self._end(cause=str(message["cause"]))
        return None

    def _end(self, result: bytes | None = None, waited: tuple[str, ...] = (), cause: str = "") -> Ended | None:
        job, self.job = self.job, None
        if job is None:
            return None
        if result is None and self.asked_to_end is not None and self.seconds >= job.deadline:
            cause = f"it did not end within {job.deadline:g} s"
        return Ended(job.handin, result, cause, waited, crowded=self.shared)

    def _last_words(self) -> str:
        """Say how the process ended."""
        self._await(1.0)
        code = self.process.returncode
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, self._said.tell() - _TAIL))
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        how = f"by signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"with exit code {code}"
        return f"the process that graded it ended {how}{f': {one_line(lines[-1])}' if lines else ''}"

    @property
    def lost(self) -> bool:
        """Whether it is past its deadline, or doesn't end although it was asked to."""
        if self.asked_to_end is not None:
            return time.monotonic() - self.asked_to_end > _GRACE
        return self.job is not None and self.seconds > self.job.deadline

    def ask_to_end(self) -> None:
        if self.asked_to_end is None:
            self.asked_to_end = time.monotonic()
            self.process.terminate()

    def end(self, grace: float) -> None:
        """Have it end, by force after `grace` seconds, and forget it."""
        self.connection.close()
        self._await(grace)
        self._said.close()

    def _await(self, grace: float) -> None:
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Local:
    """A `Backend`: a number of processes, started when there is something for them to do.

    Their temporary files are made in the folder `temporary`: whatever becomes of them, they go with it.
    """

    def __init__(self, slots: int, temporary: Path) -> None:
        self.slots = slots
        self._temporary = temporary
        self._workers: list[_Worker] = []
        self._bugs: list[str] = []

    def start(self, job: Job) -> None:
        """Give a job to an idle process, or to a new one."""
        busy = [one for one in self._workers if one.job is not None]
        for one in busy:
            one.shared = True
        worker = next((one for one in self._workers if one.job is None and one.asked_to_end is None), None)
        if worker is None:
            worker = _Worker(self._temporary)
            self._workers.append(worker)
        worker.start(job, shared=bool(busy))

    def wait(self, seconds: float) -> Sequence[Ended]:
        """Listen to all processes until a job has ended or the time is up."""
        end = time.monotonic() + seconds
        found: list[Ended] = []
        while not found:
            self._see_to_the_lost()
            left = end - time.monotonic()
            if left <= 0:
                break
            by_connection = {one.connection: one for one in self._workers if one.job is not None}
            if not by_connection:
                time.sleep(left)
                break
            for ready in wait(list(by_connection), min(left, 1.0)):
                ended = by_connection[ready].hear(self._bugs)  # type: ignore[index]
                found += [ended] if ended is not None else []
        self._retire()
        return found

    def _see_to_the_lost(self) -> None:
        for one in self._workers:
            if one.lost and one.asked_to_end is None:
                one.ask_to_end()
            elif one.lost:
                one.process.kill()

    def _retire(self) -> None:
        """Let those go that are worn out, or gone."""
        for one in [one for one in self._workers if one.job is None]:
            if one.jobs >= _MOST_JOBS or one.asked_to_end is not None or one.process.poll() is not None:
                self._workers.remove(one)
                one.end(_GRACE)

    def running(self) -> Sequence[Running]:
        """Say what goes on, the longest first."""
        shown = [one.show() for one in self._workers if one.job is not None]
        return sorted(shown, key=lambda one: -one.seconds)

    def bugs(self) -> Sequence[str]:
        """Give the tracebacks of bugs that checks have met since the last call."""
        found, self._bugs = self._bugs, []
        return found

    def interrupt(self) -> None:
        """Have all processes stop and clean up."""
        for one in self._workers:
            if one.job is not None:
                one.ask_to_end()

    def close(self, *, at_once: bool = False) -> None:
        """End all processes: those at work are asked to clean up, and killed when they don't, or at once."""
        if at_once:
            for one in self._workers:
                one.process.kill()
            return
        self.interrupt()
        end = time.monotonic() + _GRACE
        for one in self._workers:
            one.end(max(end - time.monotonic(), 0.1))
        self._workers.clear()
