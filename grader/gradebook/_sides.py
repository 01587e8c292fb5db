"""Two submissions beside each other, line by line, with what they share marked."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Indel

from grader.core.alike import Line, Row
from grader.gradebook._elements import Element, take_apart
from grader.gradebook._rarity import Author, said_in
from grader.gradebook._texts import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.alike import Mark, Pair
    from grader.gradebook.similarity import Comparison, Source

_MAX_LINES: Final = 6
_MAX_WIDTH: Final = 200


class _Side:
    def __init__(self, store: Source, digest: str, author: Author) -> None:
        data = store.snapshot(digest)
        self.texts = {name: text.split("\n") for name, text in (unpack(data) if data is not None else {}).items()}
        elements = take_apart({name: "\n".join(lines) for name, lines in self.texts.items()}, author.task).elements
        # Of one line may come several elements.
        grouped = itertools.groupby(elements, key=lambda one: (one.file, one.line))
        merged = [_merged(list(some), author) for _, some in grouped]
        self.elements = [one for one in merged if one.pieces]
        self.names = [frozenset(said_in(one.pieces)) for one in self.elements]
        self.every = frozenset(itertools.chain(*self.names))
        self.keys = [hash(tuple(sorted(one.pieces))) for one in self.elements]

    def line(self, at: int, other: _Side, special: frozenset[str]) -> Line:
        """Give an element as a line, marked."""
        element = self.elements[at]
        lines = [line[:_MAX_WIDTH].rstrip("\r") for line in self.texts[element.file][element.line - 1 : element.end]]
        cut = [*lines[:_MAX_LINES], "…"] if len(lines) > _MAX_LINES else lines
        return Line(file=element.file, line=element.line, text="\n".join(cut), mark=self._mark(at, other, special))

    def _mark(self, at: int, other: _Side, special: frozenset[str]) -> Mark:
        rare = not special.isdisjoint(self.names[at] & other.every)
        if self.keys[at] in other.keys:
            return "same" if rare else "usual"
        return "partly" if rare else "own"


def _merged(some: Sequence[Element], author: Author) -> Element:
    first = some[0]
    pieces = author.without(piece for one in some for piece in one.pieces)
    return Element(first.part, first.file, first.line, max(one.end for one in some), tuple(pieces))


def side_by_side(store: Source, pair: Pair, found: Comparison) -> list[Row]:
    """Give both sides of a pair, without what the author gave; the same lines stand beside each other."""
    left, right = (_Side(store, side.digest, found.author) for side in (pair.one, pair.other))
    rows: list[Row] = []
    for mine, theirs in _aligned(left.keys, right.keys):
        rows.append(
            Row(
                one=None if mine is None else left.line(mine, right, found.special),
                other=None if theirs is None else right.line(theirs, left, found.special),
            )
        )
    return rows


def _aligned(left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int | None, int | None]]:
    """Pair the places of two sequences; what differs between two equal ones stands side by side, too."""
    mine: list[int] = []
    theirs: list[int] = []
    for step in Indel.opcodes(left, right):
        if step.tag == "equal":
            yield from itertools.zip_longest(mine, theirs)
            mine, theirs = [], []
            yield from zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True)
        else:
            mine += range(step.src_start, step.src_end)
            theirs += range(step.dest_start, step.dest_end)
    yield from itertools.zip_longest(mine, theirs)


def shortened(rows: Sequence[Row], most: int) -> list[Row | int]:
    """Keep the rows that tell most if there are too many; a number stands for so many that are left out."""
    wanted = {at for at, row in enumerate(rows) if row.telling} if len(rows) > most else set(range(len(rows)))
    kept = set(sorted(wanted or range(len(rows)))[:most])
    found: list[Row | int] = []
    for at, row in enumerate(rows):
        if at in kept:
            found.append(row)
        elif found and isinstance(found[-1], int):
            found[-1] += 1
        else:
            found.append(1)
    return found
