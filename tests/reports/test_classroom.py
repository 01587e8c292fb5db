"""The `classroom` report, read as Classroom's reporter reads it."""

from __future__ import annotations

import base64
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core.result import Outcome, Result, Status
from grader.reports._payload import LIMIT
from grader.reports.classroom import Classroom
from tests.reports.cases import cases
from tests.reports.hostile import results
from tests.support.factories import make_check_result, make_result
from tests.support.runner import commands

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.core.result import CheckResult

_FIELDS = {"name", "status", "score", "message", "test_code", "filename", "line_no", "duration"}


def write(result: Result) -> tuple[str, list[str]]:
    stream = io.StringIO()
    report = Classroom()
    report.start(stream)
    report.add(result)
    report.stop()
    return stream.getvalue(), report.remarks


def read(result: Result) -> dict[str, Any]:
    text, _ = write(result)
    assert text.count("\n") == 1
    raw = base64.b64decode(text.strip(), validate=True)
    assert len(raw) < LIMIT
    assert len(text) < 128 * 1024
    found: dict[str, Any] = json.loads(raw)
    assert found["status"] in {"pass", "fail", "error"}
    assert found["tests"], "the reporter takes no tests for zero points"
    for test in found["tests"]:
        assert test.keys() == _FIELDS
        assert test["status"] in {"pass", "fail", "error"}
    return found


def notice(found: dict[str, Any]) -> tuple[float, float] | None:
    """Give what the reporter tells Classroom; None: nothing."""
    if not found["max_score"]:
        return None
    return sum(test["score"] for test in found["tests"]), found["max_score"]


def table(found: dict[str, Any]) -> float:
    """Give the score in the reporter's table."""
    passed = sum(test["status"] == "pass" for test in found["tests"])
    share: float = passed / len(found["tests"]) * found["max_score"]
    return share


def log(found: dict[str, Any]) -> str:
    """Give whatever of it the reporter prints, each as lines of its own."""
    texts = [text for test in found["tests"] for text in (test["name"], test["message"], test["test_code"])]
    return "\n".join(text or "" for text in texts)


def graded(*checks: CheckResult) -> Result:
    counted = [check for check in checks if check.outcome not in {Outcome.ERROR, Outcome.WITHHELD}]
    return make_result(
        checks=checks,
        score=sum((one.points for one in counted), Decimal(0)),
        max_score=sum((one.max_points for one in counted if not one.bonus), Decimal(0)),
    )


def check(points: str, most: str, **changes: object) -> CheckResult:
    outcome = Outcome.PASSED if points == most else Outcome.FAILED
    return make_check_result(**{"outcome": outcome, "points": points, "max_points": most, **changes})


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.classroom", json.dumps(read(cases()[name]), indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize(
    ("checks", "points", "tests"),
    [
        ([("1", "1"), ("1", "1"), ("0", "1")], 2, 3),
        ([("2", "2"), ("0", "1")], 2, 3),
        ([("10", "10"), ("0", "20"), ("30", "30")], 40, 6),
        ([("0.5", "0.5"), ("0", "2")], 0.5, 5),
        ([("1", "3"), ("3", "3")], 4, 6),
        ([("2.5", "5")], 2.5, 2),
        ([("0", "5")], 0, 1),
    ],
)
def test_both_totals_are_the_score(checks: Sequence[tuple[str, str]], points: float, tests: int) -> None:
    result = graded(*(check(*one) for one in checks))
    found = read(result)
    assert notice(found) == (points, float(result.max_score or 0))
    assert table(found) == pytest.approx(points)
    assert len(found["tests"]) == tests
    assert write(result)[1] == []


_POINTS = st.decimals(min_value=0, max_value=50, places=2)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(_POINTS, _POINTS), min_size=1, max_size=8))
def test_the_notice_is_right_whatever_the_points(pairs: list[tuple[Decimal, Decimal]]) -> None:
    result = graded(*(check(str(min(pair)), str(max(pair))) for pair in pairs))
    told = notice(read(result))
    if result.max_score:
        assert told is not None
        assert told[0] == pytest.approx(float(result.score or 0))
        assert told[1] == float(result.max_score)
    else:
        assert told is None


def test_what_makes_too_many_tests_is_one_test_per_check() -> None:
    result = graded(check("0.01", "7"), check("3", "3"))
    found = read(result)
    assert [test["score"] for test in found["tests"]] == [0.01, 3]
    assert notice(found) == (3.01, 10)
    assert write(result)[1] == [
        "the table in the reporter's log shows 5 of 10; the points that Classroom gets are 3.01",
    ]


def test_a_bonus_makes_up_for_lost_points_only() -> None:
    result = graded(check("2", "2"), check("0", "1"), check("3", "3", bonus=True))
    assert notice(read(result)) == (3, 3)
    assert write(result)[1][0] == "points above the highest score are not in the payload: 2"
    full = graded(check("2", "2"), check("1", "1", bonus=True))
    assert (notice(read(full)), table(read(full))) == ((2, 2), 2)
    missed = graded(check("2", "2"), check("0", "1", bonus=True))
    assert (notice(read(missed)), table(read(missed))) == ((2, 2), 2)


@pytest.mark.parametrize(("name", "status"), [("ungraded", "error"), ("rejected", "fail")])
def test_no_score_is_no_points_at_all(name: str, status: str) -> None:
    found = read(cases()[name])
    assert notice(found) is None
    assert found["status"] == status
    assert str(cases()[name].message) in log(found).replace("| ", "")


def test_what_is_nobody_s_fault_is_an_error() -> None:
    found = read(graded(check("1", "1"), check("0", "1", outcome=Outcome.ERROR)))
    assert (found["status"], notice(found)) == ("error", (1, 1))


def test_checks_without_points_make_the_step_fail_all_the_same() -> None:
    result = graded(check("1", "1"), make_check_result(outcome=Outcome.FAILED, points=0, max_points=0))
    found = read(result)
    assert (found["status"], notice(found)) == ("fail", (1, 1))
    assert write(result)[1] == ["checks without points are not in the payload: 1"]


def test_without_any_points_there_are_tests() -> None:
    found = read(graded(make_check_result(points=0, max_points=0)))
    assert (found["status"], notice(found), len(found["tests"])) == ("pass", None, 1)


def test_what_failed_says_why_where_the_reporter_prints_it() -> None:
    [test] = read(graded(check("0", "1", message="no answer", hint="look")))["tests"]
    assert (test["message"], test["test_code"]) == (None, "| no answer\n| Hint: look")


@pytest.mark.parametrize("name", cases())
def test_the_reporter_prints_no_commands(name: str) -> None:
    assert commands(log(read(cases()[name]))) == []


@settings(deadline=None, max_examples=30)
@given(results())
def test_hostile_text_is_no_command(result: Result) -> None:
    found = read(result)
    assert commands(log(found)) == []
    assert (notice(found) is None) or result.status is Status.GRADED


@pytest.mark.parametrize(("count", "said"), [(60, "shortened"), (95, "shortened"), (2_000, "stand as one")])
def test_it_fits_into_a_variable(count: int, said: str) -> None:
    long = "\u6f22" * 7_000
    result = graded(*(check("0", "1", message=long, title=long, id=f"c{n}") for n in range(count)))
    found = read(result)
    assert notice(found) == (0, count)
    assert said in write(result)[1][-1]


def test_no_result_is_nothing() -> None:
    stream = io.StringIO()
    report = Classroom()
    report.start(stream)
    report.stop()
    assert stream.getvalue() == ""
