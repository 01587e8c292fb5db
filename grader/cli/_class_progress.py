"""What is seen while a batch runs: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

from grader.core.quantities import show_duration
from grader.core.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live as Display

    from grader.batch.tally import Tally, Watcher

_SHOWN: Final = 8
"""Attempts that are shown by themselves."""
_EVERY: Final = 15.0
"""Seconds between two plain lines."""


@contextmanager
def watching(stream: TextIO) -> Iterator[Watcher]:
    """Show a batch's progress on `stream` in the way that suits it."""
    if stream.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        with _on_terminal(stream) as live:
            yield live
    else:
        yield Lines(stream)


def summary(tally: Tally) -> str:
    """Give the numbers so far, in one line."""
    failed = tally.ran - tally.passed - tally.rejected
    parts = [
        (tally.passed, "passed"),
        (failed, "with something to mend"),
        (tally.rejected, "rejected"),
        (tally.ungraded, "not graded"),
        (tally.same, "the same as another"),
        (tally.stored, "from the store"),
    ]
    done = tally.total - tally.left
    return f"{done} of {tally.total}: " + (", ".join(f"{n} {what}" for n, what in parts if n) or "none yet")


def pace(tally: Tally) -> str:
    """Give what goes on now, in one line."""
    parts = [f"{len(tally.running)} running"]
    if tally.again:
        parts.append(f"{tally.again} to be seen again alone")
    if tally.elsewhere:
        parts.append(f"{tally.elsewhere} with another batch")
    if tally.retries:
        parts.append(f"{tally.retries} tries failed")
    if tally.rate is not None and tally.remaining is not None:
        parts += [f"{tally.rate * 60:.0f} a minute", f"about {show_duration(tally.remaining)} left"]
    return " · ".join(parts)


class Lines:
    """A plain line now and then: for logs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._told = 0.0
        self._last = ""

    def phase(self, name: str) -> None:
        self._write(one_line(name))

    def note(self, text: str) -> None:
        self._write(clean(text))

    def tally(self, tally: Tally) -> None:
        moment = time.monotonic()
        over = not tally.left
        if (not over and moment - self._told < _EVERY) or summary(tally) == self._last:
            return
        self._told, self._last = moment, summary(tally)
        self._write(self._last if over else f"{self._last} · {pace(tally)}")
        if tally.paused:
            self._write(f"Paused: {one_line(tally.paused)}")

    def _write(self, text: str) -> None:
        # A log that nobody reads any more must not end the batch.
        with suppress(OSError, ValueError):
            self._stream.write(f"{text}\n")
            self._stream.flush()


class Live:
    """A bar, the numbers, and what runs for how long."""

    def __init__(self) -> None:
        self.display: Display | None = None
        self._phase = "Starting"
        self._tally: Tally | None = None

    def phase(self, name: str) -> None:
        self._phase = one_line(name)

    def tally(self, tally: Tally) -> None:
        self._tally = tally

    def note(self, text: str) -> None:
        from rich.text import Text

        if self.display is not None:
            with suppress(OSError, ValueError):  # the terminal may be gone
                self.display.console.print(Text(clean(text)))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.progress_bar import ProgressBar
        from rich.segment import Segment
        from rich.text import Text

        tally = self._tally
        if tally is None:
            yield Text(f" {self._phase} …", "cyan", no_wrap=True, overflow="ellipsis")
            return
        done = tally.total - tally.left
        yield Text(f" {summary(tally)}", "bold", no_wrap=True, overflow="ellipsis")
        yield ProgressBar(total=max(tally.total, 1), completed=done, width=min(options.max_width, 60))
        yield Segment.line()
        yield Text(f" {pace(tally)}", no_wrap=True, overflow="ellipsis")
        if tally.paused:
            yield Text(f" Paused: {one_line(tally.paused)}", "yellow", overflow="fold")
        room = max(min(_SHOWN, options.size.height - 6), 0)
        running = sorted(tally.running, key=lambda one: -one.seconds)
        for one in running[:room]:
            clock = f"{one.seconds:4.0f} s  "
            yield Text.assemble(
                "   ", (clock, "dim"), one_line(one.student)[:24], "  ", (one_line(one.phase), "dim"),
                no_wrap=True, overflow="ellipsis",
            )  # fmt: skip


@contextmanager
def _on_terminal(stream: TextIO) -> Iterator[Live]:
    from rich.console import Console
    from rich.live import Live as Display

    progress = Live()
    console = Console(file=stream, markup=False, emoji=False, highlight=False)
    display = Display(
        progress, console=console, refresh_per_second=4, transient=True, redirect_stdout=False, redirect_stderr=False
    )
    progress.display = display
    with display:
        # Rich hides the cursor, and a process that is killed could not bring it back.
        console.show_cursor(show=True)
        yield progress
