"""What is seen while an attempt runs: a live display on a terminal, plain lines elsewhere.

All of it goes to the stream that is not the report's. The live display is gone when the attempt has ended, since the
report then says the same and more.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

from grader.core.progress import Silent
from grader.core.result import Outcome, Visibility
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderResult

    from grader.core.progress import Progress
    from grader.core.result import CheckResult

_SHOWN_CHECKS: Final = 12
"""Check lines on the live display: it must not grow taller than a terminal."""


@contextmanager
def watching(stream: TextIO, *, quiet: bool = False) -> Iterator[Progress]:
    """Show an attempt's progress on `stream` in the way that suits it; nothing if `quiet`."""
    if quiet:
        yield Silent()
    elif stream.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        with _on_terminal(stream) as live:
            yield live
    else:
        yield Lines(stream)


class Lines:
    """One plain line per phase: for logs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def phase(self, name: str) -> None:
        # A log that nobody reads any more must not end the attempt.
        with suppress(OSError, ValueError):
            self._stream.write(f"{one_line(name)}\n")
            self._stream.flush()

    def checked(self, result: CheckResult) -> None:
        """Say nothing: the report is about to say it all."""


class Live:
    """The checks so far, and below them what goes on now and for how long."""

    def __init__(self, *, unicode: bool) -> None:
        self._unicode = unicode
        self._lock = threading.Lock()  # the display is drawn by a thread of its own
        self._checks: list[CheckResult] = []
        self._phase = "Starting"
        self._since = time.monotonic()

    def phase(self, name: str) -> None:
        with self._lock:
            self._phase, self._since = one_line(name), time.monotonic()

    def checked(self, result: CheckResult) -> None:
        with self._lock:
            self._checks.append(result)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        from grader.reports._screen import mark

        with self._lock:
            checks, phase, seconds = list(self._checks), self._phase, time.monotonic() - self._since
        room = max(min(_SHOWN_CHECKS, options.size.height - 3), 0)
        hidden = len(checks) - room
        if hidden > 0:
            yield Text(f" {hidden} checks before these", "dim", no_wrap=True, overflow="ellipsis")
        for check in checks[-room:] if room else ():
            sign = mark(check.outcome, unicode=self._unicode)
            yield Text.assemble(" ", sign, " ", _title(check), no_wrap=True, overflow="ellipsis")
        clock = f" {seconds:.0f} s"
        now = Text(phase)
        now.truncate(max(options.max_width - len(clock) - 4, 1), overflow="ellipsis")
        yield Text.assemble(" ", (self._spin(), "cyan"), " ", now, (clock, "dim"), no_wrap=True, overflow="ellipsis")

    def _spin(self) -> str:
        frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if self._unicode else "-\\|/"
        return frames[int(time.monotonic() * 10) % len(frames)]


@contextmanager
def _on_terminal(stream: TextIO) -> Iterator[Live]:
    from rich.console import Console
    from rich.live import Live as Display

    from grader.reports._screen import speaks_unicode

    progress = Live(unicode=speaks_unicode(stream))
    console = Console(file=stream, markup=False, emoji=False, highlight=False)
    # Transient: whatever ends the block, Ctrl-C too, the lines are wiped away and the cursor is back at their start.
    display = Display(
        progress, console=console, refresh_per_second=10, transient=True, redirect_stdout=False, redirect_stderr=False
    )
    with display:
        # Rich hides the cursor, and a process that is killed could not bring it back.
        console.show_cursor(show=True)
        yield progress


def _title(check: CheckResult) -> str:
    # Every watcher may be the student.
    hidden = check.visibility is Visibility.HIDDEN or check.outcome is Outcome.WITHHELD
    return "Hidden check" if hidden else one_line(check.title or check.id)
