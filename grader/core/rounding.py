"""Points as whole numbers, for gradebooks that know no others: nothing is lost, and sums stay sums."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Whole(NamedTuple):
    """Scores and maxima in whole points, in the order of what they were made from."""

    scale: int
    """What the points were multiplied with; 1: nothing."""
    scores: tuple[int, ...]
    maxima: tuple[int, ...]


def factor(maxima: Sequence[Decimal]) -> int:
    """Give the least number that makes all of them whole when they are multiplied with it.

    Maxima belong to the exercise, so that it is the same for everybody who is compared.
    """
    return math.lcm(*(maximum.as_integer_ratio()[1] for maximum in maxima))


def whole(points: Sequence[tuple[Decimal, Decimal]], scale: int) -> Whole:
    """Round scores, each with its maximum, to whole points after multiplying with `scale`, which makes maxima whole.

    The sum of the scores is rounded half up; which of them are rounded up is settled by the largest remainders, and by
    order where these are equal. Whatever is whole stays as it is, so that none and all points stay none and all.
    """
    maxima = tuple(_exactly(maximum * scale) for _, maximum in points)
    scaled = [min(score, maximum) * scale for score, maximum in points]
    scores = [int(score) for score in scaled]
    total = int(sum(scaled, Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP))
    by_remainder = sorted(range(len(scaled)), key=lambda at: scores[at] - scaled[at])
    for at in by_remainder[: total - sum(scores)]:
        scores[at] += 1
    return Whole(scale, tuple(scores), maxima)


def _exactly(value: Decimal) -> int:
    if value != value.to_integral_value():
        raise ValueError(f"{value} is not whole")
    return int(value)
