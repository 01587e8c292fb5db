"""Figures of a class: counts, what is in the middle, how scores are spread."""

from __future__ import annotations

import itertools
import statistics
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.core.quantities import show_points
from grader.reports._html.rows import STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports._html.rows import Row

_BINS: Final = 10
_FEW: Final = 12
"""Points up to which each has a bar of its own, if nobody has a fraction of one."""


class Bin(NamedTuple):
    """A bar of the distribution."""

    label: str
    number: int
    x: float
    width: float
    height: float


class Tile(NamedTuple):
    """A figure of the summary."""

    label: str
    value: str
    note: str = ""
    kind: str = ""


def tiles(rows: Sequence[Row]) -> list[Tile]:
    """Sum an exercise up."""
    count = {status: sum(row.status == status for row in rows) for status in STATUSES}
    scored = [row for row in rows if row.score is not None]
    most = max((row.max_score for row in scored if row.max_score is not None), default=None)
    of = f"of {show_points(most)}" if most is not None else ""
    found = [Tile("Students", f"{len(rows):,}")]
    if scored:
        scores = [row.score for row in scored if row.score is not None]
        found += [
            Tile("Median", show_points(Decimal(statistics.median(scores)).quantize(Decimal("0.01"))), of),
            Tile("Mean", show_points((sum(scores, Decimal(0)) / len(scores)).quantize(Decimal("0.01"))), of),
        ]
    passed = sum(row.passed for row in rows)
    found.append(Tile("All checks passed", f"{passed:,}", _share(passed, count["graded"]), "passed"))
    found.append(Tile("Graded", f"{count['graded']:,}", _share(count["graded"], len(rows))))
    kinds = {"rejected": "failed", "ungraded": "error", "missing": "skipped"}
    for status, kind in kinds.items():
        if count[status]:
            found.append(
                Tile(STATUSES[status].capitalize(), f"{count[status]:,}", _share(count[status], len(rows)), kind)
            )
    if late := sum(row.late > 0 for row in rows):
        found.append(Tile("Late", f"{late:,}", _share(late, len(rows)), "warning"))
    return found


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.0f} %" if whole else ""


def bins(rows: Sequence[Row]) -> list[Bin]:
    """Count scores: by points where those are few and whole, by tenths of what could be reached elsewhere."""
    scores = [row.score for row in rows if row.score is not None]
    most = max((row.max_score for row in rows if row.max_score is not None), default=Decimal(0))
    if not scores or most <= 0:
        return []
    whole = most <= _FEW and all(score == score.to_integral_value() for score in [*scores, most])
    if whole:
        top = int(max(*scores, most))
        labels, places = [str(point) for point in range(top + 1)], [int(score) for score in scores]
    else:
        edges = [show_points((most * edge / _BINS).quantize(Decimal("0.1"))) for edge in range(_BINS + 1)]
        labels = [f"{one}\N{EN DASH}{other}" for one, other in itertools.pairwise(edges)]
        places = [min(int(score * _BINS / most), _BINS - 1) for score in scores]
    counts = [places.count(place) for place in range(len(labels))]
    wide, high = 600 / len(labels), max(counts)
    return [
        Bin(label, count, round(place * wide, 2), round(wide, 2), round(150 * count / high, 2))
        for place, (label, count) in enumerate(zip(labels, counts, strict=True))
    ]
