"""The `prairielearn` report against what PrairieLearn's documentation says of external graders."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from grader.core.errors import UsageError
from grader.core.redact import for_student
from grader.core.report import Edition
from grader.core.result import Evidence, Outcome, Result, Visibility
from grader.reports.prairielearn import MOST_BYTES, Prairielearn
from tests.reports.cases import cases
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "schemas" / "prairielearn.json").read_text()))


def written(*results: Result, edition: Edition = Edition.STUDENT) -> tuple[str, list[str]]:
    stream = io.StringIO()
    report = Prairielearn(edition)
    report.start(stream)
    for result in results:
        report.add(for_student(result) if edition is Edition.STUDENT else result)
    report.stop()
    return stream.getvalue(), report.remarks


def read(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(result)[0])
    SCHEMA.validate(found)
    return found


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    text, _ = written(cases()[name])
    SCHEMA.validate(json.loads(text))
    assert text.isascii()
    golden(f"{name}.prairielearn", text)


def test_the_score_is_a_share() -> None:
    found = read(cases()["typical"])
    assert found["score"] == pytest.approx(2 / 24)
    assert found["message"] == "1 of 12 checks passed, 2 of 24 points"
    assert sum(one["points"] for one in found["tests"]) == 2
    assert sum(one["max_points"] for one in found["tests"]) == 20  # two were not run


@pytest.mark.parametrize("name", ["rejected", "ungraded"])
def test_without_a_score_no_attempt_is_used_up(name: str) -> None:
    found = read(cases()[name])
    assert found["gradable"] is False
    assert found["format_errors"] == [cases()[name].message]


def test_nothing_that_was_run_is_no_score() -> None:
    check = make_check_result(outcome=Outcome.WITHHELD, points=0)
    assert read(make_result(checks=(check,), score=0, max_score=0))["gradable"] is False


def test_bonus_ends_at_the_maximum_and_that_is_said() -> None:
    text, remarks = written(cases()["passed"])
    assert json.loads(text)["score"] == 1
    assert remarks == ["PrairieLearn's score ends at its maximum: 3.5 of 2.5 points, with bonus, became 1."]


@pytest.mark.parametrize(("outcome", "score"), [(Outcome.PASSED, 1), (Outcome.FAILED, 0)])
def test_checks_without_points(outcome: Outcome, score: int) -> None:
    assert read(make_result(checks=(make_check_result(outcome=outcome, points=0, max_points=0),)))["score"] == score


def test_what_hides_nothing_says_so() -> None:
    hidden = make_check_result(visibility=Visibility.HIDDEN)
    assert "students would see 1 of 1" in written(make_result(checks=(hidden,)), edition=Edition.STAFF)[1][0]
    assert written(make_result(checks=(hidden,)))[1] == []


def failing(count: int, text: str) -> Result:
    evidence = (Evidence(kind="log", title="log", text=text),)
    checks = [
        make_check_result(
            id=f"c{number}", title=f"{number} " + "n" * 150, outcome=Outcome.FAILED, points=0, message=text[:300],
            evidence=evidence,
        )
        for number in range(count)
    ]  # fmt: skip
    return make_result(checks=(make_check_result(), *checks))


@pytest.mark.parametrize(
    ("count", "text", "said"),
    [
        (300, "x" * 8_000, "1000 characters are kept"),
        (40, "😀" * 4_000, "1000 characters are kept"),
        (1500, "x" * 8_000, "is left out"),
        (9000, "😀" * 400, "became one"),
    ],
)
def test_it_always_fits(count: int, text: str, said: str) -> None:
    result = failing(count, text)
    made, remarks = written(result)
    assert len(made.encode()) <= MOST_BYTES
    found = json.loads(made)
    SCHEMA.validate(found)
    assert said in remarks[-1]
    assert sum(one["max_points"] for one in found["tests"]) == count + 1


def test_it_is_about_one() -> None:
    for results in ([], [make_result(), make_result()]):
        with pytest.raises(UsageError):
            written(*results)
