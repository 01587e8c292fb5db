from __future__ import annotations

import time

import pytest

from grader.core.clock import budget, limit, remaining, stopwatch
from grader.core.errors import TimedOut


class Time:
    """A monotonic clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    return made


def test_without_a_limit_there_is_all_the_time() -> None:
    assert remaining(5) == 5


def test_a_limit_runs_down(clock: Time) -> None:
    with limit(10, "the check's timeout"):
        assert remaining(60) == 10
        clock.sleep(4)
        assert remaining(60) == 6
        assert remaining(1) == 1
        clock.sleep(6)
        with pytest.raises(TimedOut, match=r"not finished within 10 s \(the check's timeout\)"):
            remaining(1)
    assert remaining(60) == 60


def test_the_nearest_limit_counts_and_is_named(clock: Time) -> None:
    with limit(10, "outer"):
        with limit(60, "inner"):
            assert remaining(100) == 10
            clock.sleep(10)
            with pytest.raises(TimedOut, match="outer"):
                remaining(1)
        clock.sleep(-10)
        with limit(2.5, "inner"):
            clock.sleep(3)
            with pytest.raises(TimedOut, match=r"within 2.5 s \(inner\)"):
                remaining(1)
        assert remaining(100) == 7


def test_a_budget_has_its_own_clock_and_puts_off_all_others(clock: Time) -> None:
    with limit(10, "outer"), limit(5, "inner"):
        clock.sleep(1)
        with budget("build", 120):
            assert remaining(500) == 120
            clock.sleep(100)
            assert remaining(500) == 20
        assert remaining(60) == 4
        clock.sleep(3.5)
        assert remaining(60) == 0.5


def test_a_budget_that_is_used_up_is_named(clock: Time) -> None:
    with limit(5, "check"):
        with budget("build", 3):
            clock.sleep(4)
            with pytest.raises(TimedOut, match=r"not finished within 3 s \(the build limit\)"):
                remaining(1)
        assert remaining(60) == 5


def test_a_budget_within_a_budget_puts_off_the_outer_one(clock: Time) -> None:
    with limit(10, "check"):
        with budget("start", 5):
            clock.sleep(1)
            with budget("build", 60):
                clock.sleep(30)
            assert remaining(60) == 4
        assert remaining(60) == 10


def test_a_failing_budget_puts_off_too(clock: Time) -> None:
    def fail() -> None:
        with budget("build", 60):
            clock.sleep(30)
            raise TimedOut("no")

    with limit(10, "check"):
        with pytest.raises(TimedOut):
            fail()
        assert remaining(60) == 10


def test_a_stopwatch_collects_phases(clock: Time) -> None:
    with stopwatch() as spent:
        for seconds in (1, 2):
            with budget("build", 60):
                clock.sleep(seconds)
        with budget("start", 60):
            clock.sleep(4)
    with budget("build", 60):
        clock.sleep(8)
    assert spent == {"build": 3, "start": 4}
