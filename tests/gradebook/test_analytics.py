from __future__ import annotations

import math
import random
import statistics
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core.result import Diagnosis, Outcome
from grader.gradebook._numbers import ENOUGH, discrimination, times_of
from grader.gradebook.analytics import analyse, summed
from grader.store import open_store
from tests.support.factories import make_check_result, make_result
from tests.support.populated import begin, hand_in, make_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.core.analysis import Analysis, CheckStats
    from grader.core.result import CheckResult, Result


def check(name: str, outcome: str, **changes: Any) -> CheckResult:
    """Give a check of one point."""
    points = Decimal(outcome == "passed")
    return make_check_result(
        **{"id": name, "outcome": outcome, "points": points, "max_points": Decimal(1), "seconds": 1.0, **changes}
    )


def results(rows: Sequence[Sequence[CheckResult]], **changes: Any) -> Iterator[tuple[str, Result]]:
    """Give a result for each row of checks."""
    for number, row in enumerate(rows):
        yield f"s{number}", make_result(checks=tuple(row), **changes)


def of(found: Analysis, name: str) -> CheckStats:
    return next(one for one in found.checks if one.id == name)


def outcomes(*columns: str, names: str = "abcdef") -> list[list[CheckResult]]:
    """Give a row for each student; a column is a check: p passed, f failed, s skipped, e error, w withheld."""
    words = {"p": "passed", "f": "failed", "s": "skipped", "e": "error", "w": "withheld"}
    return [
        [check(name, words[one]) for name, one in zip(names, row, strict=False)] for row in zip(*columns, strict=True)
    ]


def test_counts_and_rates() -> None:
    found = of(summed("one", results(outcomes("ppfsew", "pppppp"))), "a")
    assert (found.passed, found.failed, found.skipped, found.error, found.withheld) == (2, 1, 1, 1, 1)
    assert found.pass_rate == pytest.approx(2 / 3)
    assert found.seconds is not None
    assert found.seconds.count == 4  # what was skipped or withheld took no time


def test_nobody_judged() -> None:
    found = of(summed("one", results(outcomes("ss", "pp"))), "a")
    assert (found.pass_rate, found.discrimination, found.seconds) == (None, None, None)


def test_only_graded_attempts_are_about_checks() -> None:
    rows = outcomes("p")
    found = summed("one", [*results(rows), *results(rows, status="rejected"), *results(rows, status="ungraded")])
    assert (found.graded, found.rejected, found.ungraded) == (1, 1, 1)
    assert of(found, "a").passed == 1


def test_nothing() -> None:
    found = summed("one", [])
    assert (found.graded, found.checks, found.first, found.median_score, found.seconds) == (0, (), (), None, None)


def test_scores_are_exact() -> None:
    some = [
        ("s", make_result(score=Decimal(score), max_score=Decimal("0.3"), checks=()))
        for score in ("0.1", "0.2", "0.3", "0.1")
    ]
    found = summed("one", some)
    assert (found.median_score, found.max_score) == (Decimal("0.1500"), Decimal("0.3"))


def test_discrimination_is_of_the_rest() -> None:
    skilled = "p" * 20 + "f" * 20
    found = summed("one", results(outcomes(skilled, skilled, skilled, "pf" * 20, "f" * 20 + "p" * 20)))
    with_it, without, against = (of(found, name).discrimination for name in "ade")
    assert with_it is not None
    assert with_it > 0.4
    assert without == pytest.approx(0, abs=1e-9)
    assert against is not None
    assert against < -0.5
    # In the total itself each check would have a part of its own.
    alone = summed("one", results(outcomes("pf" * 20, "ppff" * 10)))
    assert of(alone, "a").discrimination == pytest.approx(0, abs=1e-9)


def test_discrimination_leaves_out_what_counts_for_nothing() -> None:
    skilled = "p" * 20 + "f" * 20
    rows = outcomes(skilled, skilled)
    extra = [[*row, check("x", "passed" if n % 2 else "failed", bonus=True)] for n, row in enumerate(rows)]
    assert of(summed("one", results(extra)), "a").discrimination == pytest.approx(1)


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (("pf" * 10, "pf" * 10), f"only 20 passed or failed it; {ENOUGH} are needed"),
        (("p" * 40, "pf" * 20), "40 passed and 0 failed; 3 of each are needed"),
        (("pf" * 20, "p" * 40), "everybody has the same in the other checks"),
        (("pf" * 20,), "there is no other check"),
    ],
)
def test_where_discrimination_can_not_be_told(columns: tuple[str, ...], why: str) -> None:
    found = of(summed("one", results(outcomes(*columns))), "a")
    assert (found.discrimination, found.why_not) == (None, why)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=80))
def test_discrimination_is_a_correlation_or_a_reason(pairs: list[tuple[bool, float]]) -> None:
    found, why = discrimination([int(one) for one, _ in pairs], [rest for _, rest in pairs])
    assert (found is None) != (why is None)
    if found is not None:
        assert -1 - 1e-9 <= found <= 1 + 1e-9
        reverse, _ = discrimination([int(not one) for one, _ in pairs], [rest for _, rest in pairs])
        assert reverse == pytest.approx(-found)


def diagnosed(cause: str) -> Diagnosis:
    return Diagnosis(cause=cause, summary=f"It was {cause}.", explanation="So.", fix="Do.")


def test_causes_with_examples_the_most_frequent_first() -> None:
    rows = [
        *([check("a", "failed", diagnosis=diagnosed("wrong_port"))] for _ in range(5)),
        *([check("a", "failed", diagnosis=diagnosed("loopback"))] for _ in range(2)),
        *(
            [check("a", "failed", message=f"the token {token} is missing")]
            for token in ("a1b2c3d4", "ffee0011", "12345678")
        ),
        [check("a", "passed")],
    ]
    found = of(summed("one", results(rows)), "a")
    assert [(one.cause, one.count, one.students) for one in found.causes] == [
        ("wrong_port", 5, ("s0", "s1", "s2")),
        (None, 3, ("s7", "s8", "s9")),
        ("loopback", 2, ("s5", "s6")),
    ]
    assert found.causes[0].summary == "It was wrong_port."
    assert found.causes[1].summary == "the token … is missing"
    assert found.unexplained == 3


def test_messages_are_counted_up_to_a_number() -> None:
    rows = [
        [check("a", "failed", message=f"word-{chr(97 + n % 26)}{chr(97 + n // 26)} {'z' * (n // 676)}")]
        for n in range(1_500)
    ]
    found = of(summed("one", results(rows)), "a")
    assert (found.causes[0].summary, found.unexplained) == ("other messages", 1_500)
    assert found.causes[0].count >= 400


def test_times_and_phases() -> None:
    rows = [[check("a", "passed", seconds=float(n))] for n in range(1, 11)]
    found = summed("one", results(rows, clocks={"build": 2.5}))
    times = of(found, "a").seconds
    assert times is not None
    assert (times.count, times.median, times.p90, times.total) == (10, 5.5, 9.0, 55.0)
    assert found.phases["build"].median == 2.5


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_times_lie_between_the_least_and_the_most(seconds: list[float]) -> None:
    found = times_of(seconds)
    assert found is not None
    assert min(seconds) <= found.median <= found.p90 or len(seconds) < 3
    assert found.p90 in seconds
    assert math.isclose(found.total, statistics.mean(seconds) * len(seconds), rel_tol=1e-9, abs_tol=1e-9)


def first(rows: Sequence[Sequence[CheckResult]]) -> list[tuple[str, str]]:
    return [(one.check, one.why) for one in summed("one", results(rows)).first]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("p" * 10, "pf" * 5), []),
        (("pppe" * 3, "pppp" * 3), [("a", "errors")]),
        (("f" * 20 + "p" * 20, "p" * 20 + "f" * 20), [("a", "negative"), ("b", "negative")]),
        (("fffff", "ppppf"), [("a", "all_fail")]),
        (("ffff", "pppp"), []),  # four are too few
        (("p" * 20, "pf" * 10), [("a", "all_pass")]),
        (("p" * 19, "p" * 18 + "f"), []),
        (("f" * 18 + "pp", "pf" * 10), [("a", "few_pass")]),
        (("s" * 15 + "ppfpf", "p" * 10 + "f" * 10), [("a", "skipped")]),
    ],
)
def test_which_to_look_at_first(columns: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    explained = [
        [one if one.outcome is not Outcome.FAILED else check(one.id, "failed", diagnosis=diagnosed("x")) for one in row]
        for row in outcomes(*columns)
    ]
    assert first(explained) == expected


def test_failures_that_nothing_explains() -> None:
    assert first(outcomes("fffp")) == [("a", "unexplained")]
    assert first(outcomes("ffpp")) == []


def test_what_takes_most_of_the_time() -> None:
    rows = [[check("slow", "passed", seconds=30.0), check("quick", "passed", seconds=0.1)] for _ in range(5)]
    found = summed("one", results(rows))
    assert [(one.check, one.why) for one in found.first] == [("slow", "slow")]
    assert found.first[0].reason == "It takes 100 % of the time of all checks, 30 s in the median."


def test_the_gravest_comes_first_and_each_check_once() -> None:
    rows = outcomes("f" * 30, "e" + "p" * 29, "p" * 30, "ee" + "p" * 28)
    assert first(rows) == [("d", "errors"), ("b", "errors"), ("a", "all_fail"), ("c", "all_pass")]


def test_students_words_are_inert() -> None:
    rows = [[check("a", "failed", message="\x1b[31mred\nline")] for _ in range(5)]
    assert "\x1b" not in summed("one", results(rows)).model_dump_json()


def test_the_attempts_that_count(tmp_path: Path) -> None:
    made = make_store(tmp_path, exercises=("one",))
    with open_store(made.url) as store:
        found = analyse(store, "one")
    assert (found.rejected, found.ungraded, found.missing) == (1, 1, 1)
    assert found.graded == 11
    assert of(found, "answers").error == 1
    assert found.first[0].check == "answers"
    assert of(found, "later").withheld == 1


def test_order_makes_no_difference() -> None:
    rows = list(results(outcomes("ppfsefpfpp" * 5, "pfpfpfpfpf" * 5)))
    shuffled = random.Random(3).sample(rows, len(rows))  # noqa: S311 - the same at each run
    one, other = summed("one", rows), summed("one", shuffled)
    for name in "ab":
        mine, theirs = of(one, name), of(other, name)
        assert mine.discrimination == pytest.approx(theirs.discrimination)
        assert mine.model_copy(update={"discrimination": None, "causes": ()}) == theirs.model_copy(
            update={"discrimination": None, "causes": ()}
        )


def test_the_same_work_of_two_counts_for_both(tmp_path: Path) -> None:
    made = make_store(tmp_path, students=4, exercises=("one",), plain=True)
    with open_store(made.url) as store:
        first = next(store.attempts(exercise="one"))
        grading = begin(store, "twins", made.folders)
        number, _ = hand_in(store, grading, "one", "twin")
        store.settle(grading, [(number, first.id)], "stored")
        store.finish(grading)
        found = analyse(store, "one")
    assert found.graded == 5
    assert of(found, "builds").passed == 5
