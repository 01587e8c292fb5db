"""Cells of a table: text that no spreadsheet runs, names that a learning platform knows again, numbers.

A spreadsheet takes a cell for a formula if it begins with `=`, `+`, `-` or `@`, also behind blanks and in their
full-width forms, and a formula can start programs and send data away. Quotes of CSV don't change that. The usual
remedy is an apostrophe in front, which stays visible in most programs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from grader.core.quantities import show_points
from grader.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Cell: TypeAlias = str | int | Decimal | None
"""None is an empty cell, and no number."""

BOM: Final = "\ufeff"
_STARTS: Final = "=+-@\u2212"
_BREAKS: Final = frozenset(",;\t\r\n")
"""Where a program that reads the file with other separators than ours begins a new cell."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?")
_OF_NAMES: Final = frozenset(" ,.-_+@'\u2019\u00b7")


def row(cells: Iterable[Cell]) -> str:
    """Write one row as RFC 4180 has it: every text is in quotes, so that numbers can be told from text of digits."""
    return f"{','.join(_written(cell) for cell in cells)}\r\n"


def _written(cell: Cell) -> str:
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if cell else ""


def number(points: Decimal | None) -> Decimal | None:
    """Give points as a number, with a point and without needless zeros."""
    return Decimal(show_points(points)) if points is not None else None


def moment(when: datetime | None) -> str | None:
    """Give a time as ISO 8601 has it, in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when is not None else None


def text(value: str) -> str:
    """Make text that only people read into text that no spreadsheet runs, whatever separators it reads with."""
    value = clean(value)
    made: list[str] = []
    begins, broken, risky = True, False, value[:1] in _BREAKS - {",", ";"}
    for char in value:
        if begins and _starts(char):
            if broken:
                made.append("'")
            else:
                risky = True  # the apostrophe stands before the blanks: not every program takes those away
        broken = broken or char in _BREAKS
        begins = char in _BREAKS or (begins and _passed_over(char))
        made.append(char)
    whole = "".join(made)
    return f"'{whole}" if risky else whole


def returned(value: str) -> str:
    """Give back what a roster says: unchanged, as a platform knows people by it, unless it could run something.

    A name such as `-Ann`, an address such as `+ann@example.org` or an id such as `-7` calls nothing, and stays.
    What no honest id has is treated as all other text, and then the platform doesn't know it: see `changed`.
    """
    return value if all(_is_of_names(char) for char in value) else text(value)


def markup(value: str) -> str:
    """Make text into HTML on one line, for what shows cells as HTML; readers see exactly what was meant."""
    # PHP takes a backslash before a quote for an escape.
    return references(html.escape(clean(value).strip()).replace("\\", "&#92;").replace("\n", "<br>"))


def references(markup: str) -> str:
    """Write what could begin a formula in HTML as references, which mean the same."""
    made: list[str] = []
    begins = True
    for char in markup:
        made.append(f"&#{ord(char)};" if begins and _starts(char) else char)
        # A reference ends with a semicolon, where some programs begin a new cell.
        begins = char in _BREAKS or made[-1] != char or (begins and _passed_over(char))
    return "".join(made)


def as_it_was(value: str) -> Cell:
    """Give back a score that a platform has: a number as one, with the same digits."""
    if not value:
        return None
    return Decimal(value) if _NUMBER.fullmatch(value) else returned(value)


def changed(value: str) -> bool:
    """Whether a text can't be given back as it is."""
    return returned(value) != value


def _starts(char: str) -> bool:
    return unicodedata.normalize("NFKC", char)[:1] in _STARTS


def _passed_over(char: str) -> bool:
    """Whether some program looks behind it for the beginning of a formula."""
    return char.isspace() or char == '"' or unicodedata.category(char) in {"Cc", "Cf"}


def _is_of_names(char: str) -> bool:
    return char in _OF_NAMES or unicodedata.category(char)[0] in "LMN"
