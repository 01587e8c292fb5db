"""Expected against found: lines side by side, and in lines that are nearly the same, the words that differ."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_LINES: Final = 200
"""Lines of each side that are compared: the time for more would grow with their square."""
_MOST_WORDS: Final = 120
_ALIKE: Final = 0.5
"""From which likeness on two lines are shown word by word."""
_AROUND: Final = 3
"""Lines that are the same, and shown before and after those that differ."""
_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_BLANKS: Final = str.maketrans({" ": "·", "\t": "→"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A line of one side."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of both sides; None on one side: only the other has it."""

    same: bool = False
    left: Side | None = None
    right: Side | None = None
    left_out: int = 0
    """Lines that are the same, in whose place it stands."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two texts, compared."""

    rows: tuple[Row, ...]
    uncompared: int = 0
    """Lines after the last that was compared."""
    only_ends: bool = False
    """Whether all lines are the same, and only the ends of lines differ."""


def compare(expected: str, found: str) -> Difference | None:
    """Compare; None where nothing is gained over showing one text after the other."""
    left, right = expected.splitlines(), found.splitlines()
    if len(left) <= 1 and len(right) <= 1:
        pair = _words(expected.strip("\n"), found.strip("\n"))
        if pair is None or expected == found:
            return None
        same = expected.strip("\n") == found.strip("\n")
        return Difference((Row(same, Side(1, pair[0]), Side(1, pair[1])),), only_ends=same)
    if len(left) <= 1 or len(right) <= 1:
        return None
    rows = list(_rows(left[:MOST_LINES], right[:MOST_LINES]))
    if all(row.same for row in rows):
        return Difference(tuple(_shortened(rows)), _over(left, right), only_ends=expected != found)
    return Difference(tuple(_shortened(rows)), _over(left, right))


def _over(left: Sequence[str], right: Sequence[str]) -> int:
    return max(len(left), len(right), MOST_LINES) - MOST_LINES


def _rows(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    for what, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for offset in range(max(b - a, d - c)):
            here, there = a + offset, c + offset
            one = left[here] if here < b else None
            other = right[there] if there < d else None
            pair = _words(one, other) if one is not None and other is not None and what != "equal" else None
            yield Row(
                same=what == "equal",
                left=None if one is None else Side(here + 1, pair[0] if pair else (Piece(one),)),
                right=None if other is None else Side(there + 1, pair[1] if pair else (Piece(other),)),
            )


def _words(one: str, other: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]] | None:
    """Say which words differ, where the lines are alike enough for that to tell something."""
    left, right = _WORDS.findall(one), _WORDS.findall(other)
    if not left or not right or max(len(left), len(right)) > _MOST_WORDS:
        return None
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return None
    codes = matcher.get_opcodes()
    return (
        tuple(_piece(left[a:b], differs=what != "equal") for what, a, b, _, _ in codes if b > a),
        tuple(_piece(right[c:d], differs=what != "equal") for what, _, _, c, d in codes if d > c),
    )


def _piece(words: Sequence[str], *, differs: bool) -> Piece:
    text = "".join(words)
    return Piece(text.translate(_BLANKS) if differs and not text.strip() else text, differs)


def _shortened(rows: Sequence[Row]) -> Iterator[Row]:
    near = {
        number
        for at, row in enumerate(rows)
        if not row.same
        for number in range(max(0, at - _AROUND), min(len(rows), at + _AROUND + 1))
    }
    skipped = 0
    for number, row in enumerate(rows):
        if number in near:
            if skipped:
                yield Row(same=True, left_out=skipped)
            skipped = 0
            yield row
        else:
            skipped += 1
    if skipped:
        yield Row(same=True, left_out=skipped)
