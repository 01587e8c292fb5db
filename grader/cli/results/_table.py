"""Rows in columns: cut to the width of a terminal, whole elsewhere."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Final

import click

from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_GAP: Final = 2
_MOST: Final = 200
"""Characters of a cell that nobody cuts."""
_WIDE: Final = 110
_LEAST: Final = 8
"""Columns that a cell keeps, however narrow the terminal is."""


def show(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    flexible: Sequence[str] = (),
    right: Sequence[str] = (),
    colours: Mapping[str, str] | None = None,
    below: Sequence[str] = (),
) -> None:
    """Write a table. Columns that are `flexible` are cut where a terminal is too narrow, the widest first.

    `below` has a text for each row that stands under it, if it is not empty.
    """
    from rich.cells import cell_len

    lines = [tuple(heads), *(tuple(one_line(cell, _MOST) for cell in row) for row in rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(heads))]
    live = _live()
    if live:
        room = shutil.get_terminal_size((80, 24)).columns
        _narrow(widths, [heads.index(name) for name in flexible], room)
    for number, line in enumerate(lines):
        cells = [_fit(cell, width, right=head in right) for cell, width, head in zip(line, widths, heads, strict=True)]
        text = (" " * _GAP).join(cells).rstrip()
        if live and number == 0:
            text = click.style(text, bold=True)
        elif live and colours:
            text = _coloured(cells, line, colours)
        click.echo(text)
        if number and below and below[number - 1]:
            paragraph(below[number - 1], "    ")


def narrow() -> bool:
    """Whether this is a terminal with no room for a column of sentences."""
    return _live() and shutil.get_terminal_size((80, 24)).columns < _WIDE


def paragraph(text: str, indent: str = "") -> None:
    """Write a text; on a terminal, its lines end between words."""
    room = shutil.get_terminal_size((80, 24)).columns if _live() else 100
    click.echo(click.wrap_text(text, room, indent, indent))


def _live() -> bool:
    return sys.stdout.isatty()


def _narrow(widths: list[int], flexible: Sequence[int], room: int) -> None:
    over = sum(widths) + _GAP * (len(widths) - 1) - room
    while over > 0:
        column = max(flexible, key=lambda one: widths[one], default=None)
        if column is None or widths[column] <= _LEAST:
            return
        widths[column] -= 1
        over -= 1


def _fit(cell: str, width: int, *, right: bool) -> str:
    from rich.cells import cell_len, set_cell_size

    used = cell_len(cell)
    if used > width:
        return f"{set_cell_size(cell, width - 1)}…"
    return " " * (width - used) + cell if right else cell + " " * (width - used)


def _coloured(cells: Sequence[str], line: Sequence[str], colours: Mapping[str, str]) -> str:
    made = [click.style(cell, fg=colours.get(plain)) for cell, plain in zip(cells, line, strict=True)]
    return (" " * _GAP).join(made).rstrip()
