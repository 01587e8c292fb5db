"""Whole points: what must hold of all scores, and some that can be worked out by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.rounding import factor, whole

POINTS = st.decimals(min_value=0, max_value=100, places=4)


@st.composite
def scores(draw: st.DrawFn) -> list[tuple[Decimal, Decimal]]:
    """Give scores with their maxima, partial ones too."""
    maxima = draw(st.lists(st.one_of(POINTS, st.integers(0, 20).map(Decimal)), max_size=30))
    return [
        (draw(st.one_of(st.just(most), st.just(Decimal(0)), st.decimals(min_value=0, max_value=most, places=4))), most)
        for most in maxima
    ]


def fitted(points: list[tuple[Decimal, Decimal]]) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return whole(points, factor([most for _, most in points]))


@given(scores())
def test_what_always_holds(points: list[tuple[Decimal, Decimal]]) -> None:
    scale, made, maxima = fitted(points)
    for (score, most), whole_score, whole_most in zip(points, made, maxima, strict=True):
        assert whole_most == most * scale
        assert 0 <= whole_score <= whole_most
        assert abs(whole_score - score * scale) < 1
        if score == score.to_integral_value():
            assert whole_score == score * scale
    exact = sum((score for score, _ in points), Decimal(0)) * scale
    assert sum(made) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert sum(made) <= sum(maxima)


@given(scores(), st.data())
def test_more_points_are_never_less(points: list[tuple[Decimal, Decimal]], data: st.DataObject) -> None:
    if not points:
        return
    at = data.draw(st.integers(0, len(points) - 1))
    score, most = points[at]
    more = data.draw(st.decimals(min_value=score, max_value=most, places=4))
    better = [*points[:at], (more, most), *points[at + 1 :]]
    _, before, _ = fitted(points)
    _, after, _ = fitted(better)
    assert sum(after) >= sum(before)
    assert after[at] >= before[at]


@given(scores())
def test_of_two_with_equal_maxima_the_better_never_gets_less(points: list[tuple[Decimal, Decimal]]) -> None:
    _, made, _ = fitted(points)
    for (first, most), one in zip(points, made, strict=True):
        for (second, other), two in zip(points, made, strict=True):
            if most == other and first > second:
                assert one >= two


@pytest.mark.parametrize(
    ("points", "scale", "scores", "maxima"),
    [
        ([], 1, (), ()),
        ([("2", "2"), ("0", "3")], 1, (2, 0), (2, 3)),
        ([("0.5", "0.5"), ("0", "2")], 2, (1, 0), (1, 4)),
        # Two thirds of three tests: the larger remainder is rounded up, of equal ones the first.
        ([("0.6667", "1"), ("0.3333", "1")], 1, (1, 0), (1, 1)),
        ([("0.5", "1"), ("0.5", "1"), ("1", "1")], 1, (1, 0, 1), (1, 1, 1)),
        ([("0.5", "1")], 1, (1,), (1,)),
        ([("0.4999", "1")], 1, (0,), (1,)),
        ([("0.25", "0.25"), ("0.1", "0.4")], 20, (5, 2), (5, 8)),
        ([("0.3333", "0.3333")], 10_000, (3333,), (3333,)),
        # An override may give more than there is.
        ([("3", "2")], 1, (2,), (2,)),
    ],
)
def test_by_hand(points: list[tuple[str, str]], scale: int, scores: tuple[int, ...], maxima: tuple[int, ...]) -> None:
    assert fitted([(Decimal(score), Decimal(most)) for score, most in points]) == (scale, scores, maxima)


def test_a_scale_that_does_not_fit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"0\.5 is not whole"):
        whole([(Decimal(0), Decimal("0.5"))], 1)
