"""A page of a terminal: rows and blocks of text that fit its width, its colours and its encoding."""

from __future__ import annotations

import io
import os
import shutil
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.core.result import Outcome
from grader.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

NARROWEST, WIDEST, _PLAIN_WIDTH = 40, 120, 80
_STACKED_BELOW: Final = 60
"""Columns under which a label stands above its text instead of beside it."""
_MAX_LINE: Final = 200
"""Characters of one line of raw material."""
INDENT: Final = 4

_DASH: Final = "\N{EN DASH}"
_MARKS: Final = {
    Outcome.PASSED: ("✓", "ok", "green"),
    Outcome.FAILED: ("✗", "FAIL", "bold red"),
    Outcome.SKIPPED: (_DASH, "skip", "yellow"),
    Outcome.ERROR: ("!", "ERR", "bold magenta"),
    Outcome.WITHHELD: (_DASH, "wait", "cyan"),
}
_ASCII: Final = str.maketrans(
    {_DASH: "-", "…": "...", "│": "|", "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"'}
)


def mark(outcome: Outcome, *, unicode: bool) -> Text:
    """Give the sign that stands before a check."""
    sign, word, style = _MARKS[outcome]
    return Text(sign if unicode else f"{word:4}", style)


def speaks_unicode(stream: TextIO) -> bool:
    """Whether the stream can show the signs."""
    try:
        f"✓✗│…{_DASH}".encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class Screen:
    """Writes to a stream. All text is taken literally: no markup, no control characters."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._at_gap = True
        self.unicode = speaks_unicode(stream)
        live = stream.isatty()
        width = shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns if live else _PLAIN_WIDTH
        self.width = min(max(width, NARROWEST), WIDEST)
        # Rich writes to memory: what goes to the stream is first fitted to its encoding.
        self._memory = io.StringIO()
        self._console = Console(
            file=self._memory,
            width=self.width,
            force_terminal=live or bool(os.environ.get("FORCE_COLOR")),
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
        )

    def gap(self) -> None:
        """Leave one line empty, unless the last one is."""
        if not self._at_gap:
            self._stream.write("\n")
            self._at_gap = True

    def line(self, text: str, style: str = "", *, indent: int = 0) -> None:
        """Write a paragraph."""
        self._print(Padding(_text(text, style), (0, 0, 0, indent)))

    def row(self, outcome: Outcome, title: str, points: str) -> None:
        """Write a check's line: mark, title, points."""
        grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
        grid.add_column(no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_column(justify="right", no_wrap=True)
        style = "" if outcome in {Outcome.PASSED, Outcome.FAILED, Outcome.ERROR} else "dim"
        sign = mark(outcome, unicode=self.unicode)
        grid.add_row(sign, _text(title, style), Text(points, "green" if outcome is Outcome.PASSED else style))
        self._print(Padding(grid, (0, 0, 0, 1)))

    def item(self, label: str, text: str, style: str = "") -> None:
        """Write a numbered line: what doesn't fit goes on below the text, not below the number."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=4, justify="right", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(label, "dim"), _text(text, style))
        self._print(Padding(grid, 0))

    def labelled(self, label: str, text: str, style: str = "") -> None:
        """Write a labelled paragraph: the label beside it, or above it where the screen is narrow."""
        if self.width < _STACKED_BELOW:
            self.line(f"{label}:", "bold", indent=INDENT)
            self.line(text, style, indent=INDENT + 2)
            return
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=9, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(f"{label}:", "bold"), _text(text, style))
        self._print(Padding(grid, (0, 0, 0, INDENT)))

    def raw(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        """Write raw material, each line with its style, behind a bar that tells it from our own words."""
        self.line(f"{title}:", "bold", indent=INDENT)
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for text, style in lines:
            cut = text if len(text) <= _MAX_LINE else f"{text[:_MAX_LINE]}…"
            grid.add_row(Text("│", "dim"), _text(cut, style))
        self._print(Padding(grid, (0, 0, 0, INDENT)))

    def _print(self, renderable: Padding) -> None:
        self._console.print(renderable)
        # Columns are filled up with spaces, which would wrap when the window is made narrower.
        text = "\n".join(_inert(line.rstrip()) for line in self._memory.getvalue().split("\n"))
        self._memory.seek(0)
        self._memory.truncate()
        if not self.unicode:
            encoding = self._stream.encoding or "ascii"
            text = text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
        self._stream.write(text)
        self._at_gap = False


def _inert(line: str) -> str:
    """Break what a CI runner would take for a command: GitHub's reads `::` after spaces, and `##[` anywhere.

    Where a line is wrapped is up to the width, so that it is the finished lines that count.
    """
    start = len(line) - len(line.lstrip())
    if line.startswith("::", start):
        line = f"{line[:start]}: :{line[start + 2 :]}"
    return line.replace("##[", "## [")


def _text(text: str, style: str) -> Text:
    return Text(clean(text), style, overflow="fold")
