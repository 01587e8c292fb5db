"""What numbers of a class say."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Final

from grader.core.analysis import Times

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

ENOUGH: Final = 30
"""Submissions below which a discrimination would be chance."""
_EACH: Final = 3
"""How many must pass, and how many fail."""


def discrimination(passed: Iterable[int], rest: Iterable[float]) -> tuple[float | None, str | None]:
    """Say how well passing a check goes with doing well in the others; or why that can't be told.

    This is the point-biserial correlation of the item with the rest of the score, that is, corrected for the item's
    own part in the total: S. Henrysson, "Correction of item-total correlations in item analysis", Psychometrika 28
    (1963), 211-218. Whoever never came to the check is left out. A check that others need has a high one by itself:
    who fails it is not even asked for the rest.
    """
    items, scores = list(passed), list(rest)
    if len(items) < ENOUGH:
        return None, f"only {len(items)} passed or failed it; {ENOUGH} are needed"
    right = sum(items)
    if min(right, len(items) - right) < _EACH:
        return None, f"{right} passed and {len(items) - right} failed; {_EACH} of each are needed"
    try:
        found = statistics.correlation(items, scores)
    except statistics.StatisticsError:
        return None, "everybody has the same in the other checks"
    return (found, None) if math.isfinite(found) else (None, "the other checks tell nothing")


def times_of(seconds: Collection[float]) -> Times | None:
    """Sum times up; None if there are none."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    # The nearest rank: a time that was measured, also where there are few.
    p90 = ordered[math.ceil(len(ordered) * 0.9) - 1]
    return Times(count=len(ordered), median=statistics.median(ordered), p90=p90, total=math.fsum(ordered))
