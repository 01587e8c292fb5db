"""The shell that a student's commands run in: theirs is another user than ours."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import secrets
import signal
import struct
import termios
import time
from pathlib import Path

USER = 1000
"""Whom a student's commands belong to, in the client container."""
_COMMANDS, _STATUS = 198, 199
"""File numbers of the shell's own that no script uses."""
_READ = f"IFS= builtin read -r -d '' -u {_COMMANDS}"
_LOOP = f"""
GRADER_STATUS=0
grader_again() {{ builtin return "$1"; }}
while {_READ} GRADER_TURN && {_READ} GRADER_INPUT && {_READ} GRADER_LINE
do
  grader_again "$GRADER_STATUS" && :
  builtin eval "$GRADER_LINE" <"$GRADER_INPUT" {_COMMANDS}<&- {_STATUS}>&-
  GRADER_STATUS=$?
  builtin printf '%s %s\\0' "$GRADER_TURN" "$GRADER_STATUS" >&{_STATUS}
done
"""
"""Both are closed for a command and for what it starts: it can neither take the next ones nor tell a status."""

EVAL_LINE = _LOOP[: _LOOP.index("builtin eval")].count("\n") + 1
"""The line that the shell's own messages name for the first line of every command."""


class Shell:
    """The shell that the commands run in."""

    def __init__(self, name: str, environment: dict[str, str], *, terminal: bool) -> None:
        self.terminal = terminal
        commands, self._commands = os.pipe()
        self._status, status = os.pipe()
        if terminal:
            self.output, inner = pty.openpty()
            fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            self._modes = termios.tcgetattr(inner)
        else:
            self.output, inner = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _become_shell(name, environment, commands, status, inner, terminal=terminal)
        for number in (commands, status) if terminal else (commands, status, inner):
            os.close(number)
        self._inner = inner  # without an open end on our side, a terminal would hang up between two commands
        os.set_blocking(self.output, False)
        os.set_blocking(self._status, False)
        self.sources: tuple[int, ...] = (self.output, self._status)
        """The files in which something may come."""
        self._said = b""
        self._turn = b""
        self.exit_code: int | None = None
        """The shell's own, when it has ended."""

    def begin(self, line: str, source: str) -> None:
        """Have it run a command, its input from the file `source`."""
        if self.terminal:
            termios.tcsetattr(self._inner, termios.TCSANOW, self._modes)
        self._turn = secrets.token_hex(8).encode()
        told = (self._turn, source.encode(), line.replace("\0", "").encode("utf-8", "replace"), b"")
        data = memoryview(b"\0".join(told))
        while data:
            data = data[os.write(self._commands, data) :]

    def status(self) -> int | None:
        """Give the exit code of the command, when it is over; the shell's own if that has ended with it."""
        with contextlib.suppress(BlockingIOError):
            piece = os.read(self._status, 4096)
            self._said += piece
            if not piece:
                self.sources = (self.output,)
        *said, self._said = self._said.split(b"\0")
        for turn, _, code in (one.partition(b" ") for one in said):
            if turn == self._turn and code.isdigit():  # whatever else is written here isn't the shell's
                return int(code)
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.exit_code = os.waitstatus_to_exitcode(status)
            if self.exit_code < 0:
                self.exit_code = 128 - self.exit_code
        return self.exit_code

    def read(self) -> bytes:
        """Give what was printed meanwhile."""
        found = bytearray()
        with contextlib.suppress(BlockingIOError, OSError):
            while piece := os.read(self.output, 65536):
                found += piece
                if len(found) > 4 * 1024 * 1024:
                    break
        return bytes(found)

    def taken_over(self) -> bool:
        """Whether a program has put the terminal into raw mode, as `docker run -it` does once it is attached."""
        return not termios.tcgetattr(self._inner)[3] & termios.ICANON

    def type(self, text: str) -> None:
        """Type into the terminal."""
        with contextlib.suppress(OSError):
            os.write(self.output, text.encode("utf-8", "replace"))

    def end_children(self) -> None:
        """Kill everything that the shell has started and that still belongs to it."""
        for pid in _descendants(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill the shell."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def _become_shell(
    name: str, environment: dict[str, str], commands: int, status: int, inner: int, *, terminal: bool
) -> None:
    try:
        os.setsid()
        if terminal:
            fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
        for source, number in ((commands, _COMMANDS), (status, _STATUS), (inner, 1), (inner, 2)):
            os.dup2(source, number)
        os.dup2(inner if terminal else os.open("/dev/null", os.O_RDONLY), 0)
        os.closerange(3, _COMMANDS)
        os.closerange(_STATUS + 1, 256)
        # Where memory is short, the kernel ends what the student runs, not the program that runs it.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
        os.setgroups([])
        os.setgid(USER)
        os.setuid(USER)
        os.umask(0o022)
        os.chdir("/work")
        os.execve("/bin/bash", ["bash", "--noprofile", "--norc", "-c", _LOOP, name], environment)
    finally:
        os._exit(127)


def _descendants(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The second field, a name in brackets, may hold spaces.
            parents[int(path.parent.name)] = int(path.read_text(errors="replace").rpartition(")")[2].split()[1])
    found: list[int] = []
    level = {root}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level}
        found += level
    return found


def end_everything() -> None:
    """Kill every process of the student's user, also those that left the shell's family."""
    for _ in range(100):
        own = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _owner(path) == USER]
        if not own:
            return
        for pid in own:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        time.sleep(0.01)


def _owner(path: Path) -> int | None:
    try:
        state = (path / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
        return None if state == "Z" else path.stat().st_uid
    except (OSError, IndexError):
        return None
