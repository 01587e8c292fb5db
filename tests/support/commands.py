"""The `grader` command, run inside the test's process or as a process of its own."""

from __future__ import annotations

import contextlib
import io
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from grader.cli.run import run

PROGRAM = Path(sys.executable).parent / "grader"


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


def grader(*arguments: str) -> Ran:
    """Run a command as the program does, from arguments to exit code, without the start of a process."""
    out, err = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    with (
        mock.patch("sys.argv", ["grader", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            code = run()
        finally:
            signal.signal(signal.SIGTERM, before)
    assert "Traceback" not in err.getvalue()
    return Ran(code, out.getvalue(), err.getvalue())


def process(*arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Ran:
    """Run a command as a user does."""
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)
