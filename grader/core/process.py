"""Run a program of ours with a deadline, bounded output and a clean end."""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_GLANCE: Final = 0.2
"""Seconds between two looks at whether to go on."""
MAX_OUTPUT: Final = 4 * 1024 * 1024
"""Bytes of each stream that are kept by default; what comes after is read and dropped."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended, by itself or because its time was up."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool
    seconds: float


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    max_output: int = MAX_OUTPUT,
    max_memory: int | None = None,
    on_stderr: Callable[[bytes], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Finished:
    """Run `argv` without a shell; at the timeout (seconds) or on any exception its whole process group is killed.

    `max_memory` is in bytes, and has an effect on Linux only.
    So it is when `cancelled` says so, which is asked several times a second; it then counts as timed out. Raises
    FileNotFoundError when the program isn't there.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        list(argv),
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=True,  # a Ctrl-C reaches the grader alone, which then cleans up in order
    )
    try:
        with process:
            _bound(process, max_memory)
            stop = cancelled or _never
            out, err, timed_out = _pump(process, stdin, started + timeout, max_output, on_stderr, stop)
            if timed_out or not _ends(process, started + timeout):
                timed_out = True
                _kill(process)
            exit_code = process.wait(timeout=10)
    except BaseException:
        _kill(process)
        raise
    return Finished(exit_code, out, err, timed_out, time.monotonic() - started)


def _bound(process: subprocess.Popen[bytes], memory: int | None) -> None:
    if memory is not None and sys.platform == "linux":
        # What it may write to, not its addresses: runtimes such as Haskell's reserve a terabyte of those.
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (memory, memory))


def _never() -> bool:
    return False


def _pump(  # noqa: PLR0917 - private, called once
    process: subprocess.Popen[bytes],
    stdin: bytes,
    end: float,
    max_output: int,
    on_stderr: Callable[[bytes], None] | None,
    cancelled: Callable[[], bool],
) -> tuple[bytes, bytes, bool]:
    """Move bytes until both streams are closed or the time is up."""
    kept = {"out": bytearray(), "err": bytearray()}
    with selectors.DefaultSelector() as selector:
        for name, stream in (("out", process.stdout), ("err", process.stderr)):
            assert stream is not None  # noqa: S101 - for the type checker: both are pipes
            selector.register(stream, selectors.EVENT_READ, name)
        pending = memoryview(stdin)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE, "in")
        while any(key.data != "in" for key in selector.get_map().values()):
            left = end - time.monotonic()
            if left <= 0 or cancelled():
                return bytes(kept["out"]), bytes(kept["err"]), True
            for key, _ in selector.select(min(left, _GLANCE)):
                if key.data == "in":
                    pending = _feed(key.fd, pending)
                    if not pending:
                        selector.unregister(key.fileobj)
                        key.fileobj.close()  # type: ignore[union-attr]
                    continue
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fileobj)
                    continue
                if key.data == "err" and on_stderr is not None:
                    on_stderr(chunk)
                room = max_output - len(kept[key.data])
                kept[key.data] += chunk[: max(room, 0)]
    return bytes(kept["out"]), bytes(kept["err"]), False


def _ends(process: subprocess.Popen[bytes], end: float) -> bool:
    """Wait for a program that has closed its streams: it may well live on."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=max(0.0, end - time.monotonic()))
        return True
    return False


def _feed(descriptor: int, pending: memoryview) -> memoryview:
    try:
        return pending[os.write(descriptor, pending[:65536]) :]
    except BrokenPipeError:
        return pending[:0]


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
