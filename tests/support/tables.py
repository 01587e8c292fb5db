"""CSV as those read it that our exports are for."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.core.gradebook import Export, Gradebook


def written(export: Export, book: Gradebook) -> str:
    """Give what an export writes."""
    stream = io.StringIO(newline="")
    export.write(book, stream)
    return stream.getvalue()


def rows(text: str, separator: str = ",") -> list[list[str]]:
    """Read a table strictly."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator, strict=True))


def as_php_reads(text: str) -> list[list[str]]:
    """Read a table as PHP's fgetcsv does: a backslash keeps a quote behind it from ending a cell.

    Line ends are what Moodle makes of them before.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip()
    table: list[list[str]] = [[]]
    cell, inside, at = "", False, 0
    while at < len(text):
        char = text[at]
        if inside and char == "\\" and at + 1 < len(text):
            cell += text[at : at + 2]
            at += 1
        elif inside and text[at : at + 2] == '""':
            cell += '"'
            at += 1
        elif char == '"' and (inside or not cell):
            inside = not inside
        elif not inside and char in ",\n":
            table[-1].append(cell)
            cell = ""
            if char == "\n":
                table.append([])
        else:
            cell += char
        at += 1
    table[-1].append(cell)
    return table
