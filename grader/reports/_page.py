"""A page of Markdown with one result or several, not longer than it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.reports._summary import LIMIT, ROWS, Piece, piece, row

if TYPE_CHECKING:
    from grader.core.result import Result

_SPARE: Final = 400
"""Bytes kept for the lines that say what is left out."""


class Page:
    """Takes results one by one, keeps of each no more than can be shown, and gives the text in the end."""

    def __init__(self, limit: int = LIMIT, alone: int | None = None) -> None:
        """Take bytes that a page may have, and one with a single result."""
        self._limit = limit - _SPARE
        self._alone = limit if alone is None else alone
        self._first: Result | None = None
        self._rows: list[str] = []
        self._pieces: list[Piece | None] = []
        self._kept = 0

    def add(self, result: Result) -> None:
        """Take a result."""
        self._rows.append(row(result))
        if self._first is None:
            self._first = result
        made = piece(result, named=True) if self._kept < self._limit else None
        if made is not None:
            self._kept += _size(made.head) + sum(_size(text) for text in made.details)
        self._pieces.append(made)

    def finish(self) -> tuple[str, list[str]]:
        """Give the page, and a remark for a person on what it lacks."""
        if self._first is None:
            return "No results.\n", []
        if len(self._rows) == 1:
            self._limit = min(self._limit, self._alone - _SPARE)
            return self._written("", [piece(self._first, named=False)], 0)
        rows, left = self._table()
        return self._written(rows, self._pieces, left)

    def _table(self) -> tuple[str, int]:
        lines, size = [f"## {len(self._rows)} results\n\n{ROWS}"], 0
        for line in self._rows:
            size += _size(line)
            if size > self._limit:
                break
            lines.append(line)
        return "\n".join(lines), len(self._rows) + 1 - len(lines)

    def _written(self, table: str, pieces: list[Piece | None], rows_left: int) -> tuple[str, list[str]]:
        parts, room = [table] if table else [], self._limit - _size(table)
        results_left = details_left = 0
        for one in pieces:
            if one is None or room < _size(one.head) or results_left:
                results_left += 1  # from here on none, so that there are no gaps between them
                continue
            parts.append(one.head)
            room -= _size(one.head)
            for number, text in enumerate(one.details):
                if room < _size(text):
                    details_left += len(one.details) - number
                    break
                parts.append(text)
                room -= _size(text)
        left = _left(rows_left, results_left, details_left)
        if left:
            parts.append(f"**Left out, as GitHub shows no longer pages:** {left}.")
        return "\n\n".join(parts) + "\n", [f"left out, as GitHub shows no longer pages: {left}"] if left else []


def _left(rows: int, results: int, details: int) -> str:
    counts = (
        (rows, "line of the table", "lines of the table"),
        (results, "result in full", "results in full"),
        (details, "check in full", "checks in full"),
    )
    return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in counts if number)


def _size(text: str) -> int:
    return len(text.encode()) + 2
