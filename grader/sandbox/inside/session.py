"""Runs a student's commands, one after the other in one shell, and tells the grader what came of each.

Started in the client container as root; the shell and all it starts belong to another user, who can neither end this
program nor reach its streams. Each side writes lines of JSON: the grader `open`, `run`, `leave` and `finish`, this
program `opened`, `begun`, `ended` and `finished`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import sys
import time
from pathlib import Path
from typing import Any

from .shell import Shell, end_everything

MAX_OUTPUT = 64 * 1024
"""Bytes that are kept of a command's output, at its head and at its tail."""
_QUIET = 0.2
"""Seconds without output after which whatever runs in the terminal waits for the next line."""
_ATTACHED = 2.0
"""Seconds to wait for a program that takes the terminal over, before typing all the same."""
_OBITUARY = re.compile(r"^[^\n]*: line \d+: +\d+ Killed  [^\n]*\n(?: +\d+ [^\n|]*\|[^\n]*\n)*", re.MULTILINE)
_MOST_ENDS = 5
"""Ends of input that are typed: there may be a shell in a shell, and a program may miss one while it starts."""
_BETWEEN_ENDS = 0.5
"""Seconds between two of them."""
_GRACE = 2.0
"""Seconds in which the shell must be back after everything that it started was ended."""


class Output:
    """Head and tail of what a command prints."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self.dropped = 0
        self.last = time.monotonic()

    def add(self, piece: bytes) -> None:
        """Take a piece; of very much, the middle is dropped."""
        self.last = time.monotonic()
        room = MAX_OUTPUT - len(self._head)
        self._head += piece[:room] if room > 0 else b""
        self._tail += piece[max(room, 0) :]
        excess = len(self._tail) - MAX_OUTPUT
        if excess > 0:
            del self._tail[:excess]
            self.dropped += excess

    def text(self) -> str:
        """Give it as text, with a marker where something is missing."""
        marker = f"\n[… {self.dropped} bytes …]\n".encode() if self.dropped else b""
        whole = bytes(self._head) + marker + bytes(self._tail)
        return whole.decode("utf-8", "replace").replace("\r\n", "\n")


class Session:
    """The conversation with the grader."""

    def __init__(self) -> None:
        self._pending = b""
        self._orders: list[dict[str, Any]] = []
        self._shell: Shell | None = None
        self._selector = selectors.DefaultSelector()
        self._selector.register(0, selectors.EVENT_READ)
        os.set_blocking(0, False)

    def serve(self) -> None:
        """Follow orders until the last one, or until nobody gives any."""
        try:
            while (order := self._next_order()) is not None:
                name = order.pop("order")
                if name == "open":
                    self._shell = _opened(**order)
                    self._say(event="opened", now=time.monotonic())
                elif name == "run" and self._shell is not None:
                    self._run(self._shell, **order)
                elif name == "finish":
                    break
        finally:
            end_everything()
            self._say(event="finished")

    def _say(self, **fields: object) -> None:
        line = memoryview(json.dumps(fields).encode() + b"\n")
        with contextlib.suppress(OSError):
            while line:
                line = line[os.write(1, line) :]

    def _next_order(self) -> dict[str, Any] | None:
        while not self._orders:
            self._selector.select()
            if not self._hear():
                return None
        return self._orders.pop(0)

    def _hear(self) -> bool:
        """Read what the grader says; says whether there may be more."""
        try:
            piece = os.read(0, 65536)
        except BlockingIOError:
            return True
        *lines, self._pending = (self._pending + piece).split(b"\n")
        self._orders += [json.loads(line) for line in lines if line.strip()]
        return bool(piece)

    def _run(self, shell: Shell, line: str, seconds: float, stdin: str | None = None) -> None:
        """Run one command; `stdin` is what a person types into it."""
        if shell.exit_code is not None:
            self._say(event="ended", exit_code=None, output="", seconds=0.0, timed_out=False, left=False, over=True)
            return
        started = time.monotonic()
        self._say(event="begun", now=started)
        shell.begin(line, _input(stdin, terminal=shell.terminal))
        typist = Typist(shell, stdin) if shell.terminal else None
        output, left, timed_out, given_up = Output(), False, False, None
        while (code := shell.status()) is None:
            self._pause(shell)
            output.add(piece) if (piece := shell.read()) else None
            if typist is not None and given_up is None:
                typist.look(output.last)
            now = time.monotonic()
            if given_up is None and (self._told_to_leave() or now - started > seconds):
                timed_out = now - started > seconds
                left, given_up = not timed_out, now
                shell.end_children()
            elif given_up is not None and now - given_up > _GRACE:
                shell.end()
        output.add(shell.read())
        over = shell.exit_code is not None
        known = None if left or timed_out else code
        took = round(time.monotonic() - started, 3)
        text = output.text() if known is not None else _without_obituary(output.text())
        self._say(event="ended", exit_code=known, output=text, seconds=took, timed_out=timed_out, left=left, over=over)

    def _pause(self, shell: Shell) -> None:
        """Wait for something to happen, a moment at most."""
        with selectors.DefaultSelector() as selector:
            selector.register(0, selectors.EVENT_READ)
            for number in shell.sources:
                selector.register(number, selectors.EVENT_READ)
            for key, _ in selector.select(0.02):
                if key.fd == 0 and not self._hear():
                    raise SystemExit(0)  # the grader has gone

    def _told_to_leave(self) -> bool:
        leave = [order for order in self._orders if order["order"] == "leave"]
        self._orders = [order for order in self._orders if order["order"] != "leave"]
        return bool(leave)


class Typist:
    """Types a dialogue: the next line whenever what runs in the terminal has gone quiet."""

    def __init__(self, shell: Shell, dialogue: str | None) -> None:
        self._shell = shell
        self._lines = (dialogue or "").splitlines()
        self._dialogue = bool(self._lines)
        self._started = time.monotonic()
        self._taken = float("inf")
        self._typed = 0.0
        self._ends = 0

    def look(self, last_output: float) -> None:
        """Type something, if it is time to; `last_output` is when something was printed last."""
        now = time.monotonic()
        if self._shell.taken_over():
            self._taken = min(self._taken, now)
            # What is typed before the program inside has said anything may be lost on the way to it.
            waits = last_output <= self._taken and now - self._taken < _ATTACHED
        else:
            # Nothing but a dialogue is for a program that reads line by line.
            waits = not self._dialogue or now - self._started < _ATTACHED
        if waits or now - max(last_output, self._typed, self._started) < _QUIET:
            return
        if self._lines:
            self._typed = now
            self._shell.type(self._lines.pop(0) + "\r")
        elif self._ends < _MOST_ENDS and now - self._typed > _BETWEEN_ENDS:
            self._typed = now
            self._ends += 1
            self._shell.type("\x04")


def _opened(**order: Any) -> Shell:
    """Start a shell, if need be in place of all that commands of an earlier one have left running."""
    try:
        return Shell(**order)
    except OSError:  # there can be no more processes
        end_everything()
        return Shell(**order)


def _without_obituary(text: str) -> str:
    """Leave out what the shell says of programs that we have killed: `name: line 4: 59 Killed  docker run`.

    Of a pipeline, each further program has a line of its own: `60    | tail`.
    """
    return _OBITUARY.sub("", text)


def _input(stdin: str | None, *, terminal: bool) -> str:
    """Give the file that a command's input comes from."""
    if terminal:
        return "/dev/tty"
    if stdin is None:
        return "/dev/null"
    path = Path("/tmp/.input")  # noqa: S108 - of this container
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    path.write_text(stdin if stdin.endswith("\n") else f"{stdin}\n", encoding="utf-8", errors="replace")
    path.chmod(0o644)
    return str(path)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    Session().serve()
    sys.exit(0)
