"""Pairs of submissions on a terminal: side by side where there is room, else one above the other."""

from __future__ import annotations

import itertools
import shutil
import sys
from typing import TYPE_CHECKING, Final

import click
from rich.cells import cell_len, chop_cells, set_cell_size

from grader.cli.results import _common
from grader.core.handin import Person
from grader.core.text import clean, one_line
from grader.gradebook._sides import shortened, side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.alike import Line, Mark, Pair, Row, Side, Sign
    from grader.gradebook.similarity import Comparison
    from grader.store import Store

_PLAIN_WIDTH: Final = 100
_WIDEST: Final = 160
_STACKED_BELOW: Final = 72
"""Columns under which the sides stand one above the other."""
_MOST_ROWS: Final = 24
_MOST_FOLDS: Final = 4
"""Rows that one line may take."""
_BETWEEN: Final = " | "
_INDENT: Final = "   "
_MARKS: Final[dict[Mark, str]] = {"same": "=", "partly": "~", "usual": " ", "own": " "}
_COLOURS: Final[dict[Mark, str]] = {"same": "red", "partly": "yellow"}
_NUMBER: Final = 4


class Sheet:
    """Writes to standard output, as wide as it is."""

    def __init__(self) -> None:
        live = sys.stdout.isatty()
        width = shutil.get_terminal_size((80, 24)).columns if live else _PLAIN_WIDTH
        self.width = min(max(width, 40), _WIDEST)

    def words(self, text: str, indent: str = "") -> None:
        """Write a paragraph."""
        click.echo(click.wrap_text(clean(text), self.width, indent, indent))

    def legend(self) -> None:
        """Say what the marks mean."""
        self.words("= the same in both, and rare in the class   ~ partly so   unmarked: usual, or only on one side")

    def pair(self, store: Store, found: Comparison, pair: Pair, number: int) -> None:
        """Write a pair: how much alike, by what, and both sides."""
        click.echo()
        names = " and ".join(_who(side) for side in (pair.one, pair.other))
        click.echo(
            click.style(click.wrap_text(f"{number}. {pair.percent} %  {names}", self.width, "", _INDENT), bold=True)
        )
        self.words(_what(pair, small=found.small), _INDENT)
        for sign in pair.signs:
            self.words(_sign(sign), _INDENT)
        click.echo()
        rows = shortened(side_by_side(store, pair, found), _MOST_ROWS)
        if self.width < _STACKED_BELOW:
            for at, side in enumerate((pair.one, pair.other)):
                self._stacked(side, [row if isinstance(row, int) else (row.one, row.other)[at] for row in rows])
        else:
            self._beside(pair, rows)

    def _stacked(self, side: Side, lines: Sequence[Line | int | None]) -> None:
        click.echo(click.style(one_line(_came(side), self.width), underline=True))
        file = ""
        for line in lines:
            if isinstance(line, int):
                click.echo(f"  {_gap(line)}")
            elif line is not None:
                if line.file != file:
                    click.echo(f"  {one_line(line.file, self.width - 2)}:")
                    file = line.file
                for text in _cell(line, self.width):
                    click.echo(_styled(text.rstrip(), line))

    def _beside(self, pair: Pair, rows: Sequence[Row | int]) -> None:
        width = (self.width - len(_BETWEEN)) // 2
        heads = [_fit(one_line(_came(side), 120), width) for side in (pair.one, pair.other)]
        click.echo(_BETWEEN.join(click.style(head, underline=True) for head in (heads[0], heads[1].rstrip())))
        files = ("", "")
        for row in rows:
            if isinstance(row, int):
                click.echo(f"  {_gap(row)}")
                continue
            now = (row.one.file if row.one else files[0], row.other.file if row.other else files[1])
            if now != files:
                shown = [
                    f"  {one_line(name, 80)}:" if name != old else "" for name, old in zip(now, files, strict=True)
                ]
                click.echo(_BETWEEN.join(_fit(name, width) for name in shown).rstrip())
                files = now
            cells = [_cell(line, width) if line is not None else [] for line in (row.one, row.other)]
            for left, right in itertools.zip_longest(*cells, fillvalue=""):
                one, other = _styled(_fit(left, width), row.one), _styled(right.rstrip(), row.other)
                click.echo(f"{one}{_BETWEEN}{other}".rstrip())


def _who(side: Side) -> str:
    return _common.who(Person(id=side.student, name=side.name))


def _came(side: Side) -> str:
    return f"{side.label}, {_common.when(side.received_at)}"


def _what(pair: Pair, *, small: bool) -> str:
    alike = "Both handed in the same, to the byte" if pair.identical else "All that they handed in is compared"
    if pair.part is not None:
        alike = f"So much alike are the {pair.part}"
    if not pair.shared or small:
        return f"{alike}."
    several = "s or combinations of words are" if pair.shared > 1 else " or combination of words is"
    return f"{alike}; {pair.shared} word{several} in both and in few others."


def _sign(sign: Sign) -> str:
    others = "only these two have it" if sign.holders == 2 else f"{sign.holders} have it"  # noqa: PLR2004 - a pair
    kinds = {"comment": "The same comment", "spacing": "The same odd spacing", "spelling": "The same unusual spelling"}
    text = sign.text if sign.kind == "spelling" else f"'{_shown(sign.text)}'"
    return f"{kinds[sign.kind]}, {others}: {text}"


def _shown(text: str) -> str:
    """Show blank space that can't be seen otherwise."""
    return clean(text).replace("\t", "→")[:120]


def _gap(count: int) -> str:
    return f"… {_common.count(count, 'line')} of less interest …"


def _cell(line: Line, width: int) -> list[str]:
    """Fold an element to its column, below its mark and number."""
    room = width - _NUMBER - 3
    found: list[str] = []
    for at, text in enumerate(clean(line.text).expandtabs(4).split("\n")):
        folds = _folds(text, room)
        if len(folds) > _MOST_FOLDS:
            folds = [*folds[: _MOST_FOLDS - 1], f"{set_cell_size(folds[_MOST_FOLDS - 1], room - 1)}…"]
        for part, fold in enumerate(folds):
            number = str(line.line + at) if part == 0 else ""
            found.append(f"{_MARKS[line.mark] if not found else ' '} {number:>{_NUMBER}} {fold}")
    return found


def _folds(text: str, room: int) -> list[str]:
    """Break a line where a word ends, as far as there is one."""
    found: list[str] = []
    while cell_len(text) > room:
        cut = chop_cells(text, room)[0]
        space = cut.rfind(" ") + 1
        cut = cut[:space] if space > room // 2 else cut
        found.append(cut)
        text = text[len(cut) :]
    return [*found, text]


def _styled(text: str, line: Line | None) -> str:
    colour = _COLOURS.get(line.mark) if line is not None else None
    return click.style(text, fg=colour) if colour is not None else text


def _fit(text: str, width: int) -> str:
    used = cell_len(text)
    return set_cell_size(text, width) if used != width else text
