"""The `gradescope` report against what Gradescope's documentation says of `results.json`."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from grader.core.errors import SandboxError, UsageError
from grader.core.redact import for_student
from grader.core.report import Edition
from grader.core.result import NEEDS_ENGINE, Evidence, Feedback, Outcome, Result, Visibility
from grader.reports.gradescope import Gradescope
from tests.reports.cases import cases
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "schemas" / "gradescope.json").read_text()))
SCORELESS = ("rejected", "ungraded")
SECRET = "the secret"  # noqa: S105 - not a password


def written(*results: Result, edition: Edition = Edition.STUDENT) -> tuple[str, list[str]]:
    stream = io.StringIO()
    report = Gradescope(edition)
    report.start(stream)
    for result in results:
        report.add(for_student(result) if edition is Edition.STUDENT else result)
    report.stop()
    return stream.getvalue(), report.remarks


def read(result: Result, edition: Edition = Edition.STUDENT) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(result, edition=edition)[0])
    SCHEMA.validate(found)
    return found


@pytest.mark.parametrize("name", [name for name in cases() if name not in SCORELESS])
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    text, _ = written(cases()[name])
    SCHEMA.validate(json.loads(text))
    assert text.isascii()
    golden(f"{name}.gradescope", text)


def test_every_outcome() -> None:
    found = {one["extra_data"]["id"]: one for one in read(cases()["typical"])["tests"]}
    points = {
        name: (found[name].get("status"), found[name].get("score"), found[name].get("max_score")) for name in found
    }
    assert points["builds"] == ("passed", 2, 2)
    assert points["answers"] == points["missing"] == ("failed", 0, 2)
    assert points["broken"] == points["hidden-11"] == (None, None, None)  # neither for nor against anybody
    assert found["hidden-11"]["output"] == "Is checked after the due date."
    assert found["broken"]["output"].endswith("not yours: it costs no points.")
    assert [int(one["number"]) for one in found.values()] == list(range(1, len(found) + 1))


def test_the_score_is_exact_and_has_bonus() -> None:
    found = read(cases()["passed"])
    assert found["score"] == 3.5
    assert [(one["score"], one["max_score"]) for one in found["tests"]] == [(2, 2), (0.5, 0.5), (1, 0)]
    assert written(cases()["passed"])[1] == []


@pytest.mark.parametrize("name", SCORELESS)
@pytest.mark.parametrize("edition", Edition)
def test_without_a_score_there_is_no_file(name: str, edition: Edition) -> None:
    with pytest.raises(SandboxError, match="no score, so nothing is written"):
        written(cases()[name], edition=edition)


def test_nothing_that_was_run_is_no_score() -> None:
    check = make_check_result(outcome=Outcome.WITHHELD, points=0)
    with pytest.raises(SandboxError, match="no check could be run"):
        written(make_result(checks=(check,), score=0, max_score=0))


def test_it_is_about_one() -> None:
    for results in ([], [make_result(), make_result()]):
        with pytest.raises(UsageError):
            written(*results)


def three(**changes: object) -> Result:
    failed = {"outcome": Outcome.FAILED, "points": 0, "message": SECRET, "title": SECRET, **changes}
    return make_result(
        checks=(
            make_check_result(),
            make_check_result(id="hidden", visibility=Visibility.HIDDEN, **failed),
            make_check_result(id="late", visibility=Visibility.AFTER_DUE, **failed),
        )
    )


def test_staff_get_hidden_checks_and_gradescope_hides_them() -> None:
    found = read(three(), Edition.STAFF)
    assert [one["visibility"] for one in found["tests"]] == ["visible", "hidden", "after_due_date"]
    assert found["tests"][1]["name"] == SECRET
    assert "Students don't see their total, as 1 of 3 tests are hidden." in written(three(), edition=Edition.STAFF)[1]


def test_students_get_points_of_hidden_checks_only() -> None:
    result = three(outcome=Outcome.FAILED)
    found = read(result)
    assert [one["visibility"] for one in found["tests"]] == ["visible", "visible", "after_due_date"]
    assert SECRET not in json.dumps(found["tests"][:2])
    assert (found["tests"][1]["status"], found["tests"][1]["max_score"]) == ("failed", 1)


def test_before_the_due_date_nothing_is_told() -> None:
    result = three(outcome=Outcome.WITHHELD)
    assert SECRET not in written(result)[0]
    late = read(result, Edition.STAFF)["tests"][2]
    assert (late["name"], late["visibility"]) == (SECRET, "after_due_date")


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("feedback", [Feedback.NONE, Feedback.ACTUAL_ONLY])
def test_reduced_feedback_stays_reduced(edition: Edition, feedback: Feedback) -> None:
    check = make_check_result(outcome=Outcome.FAILED, points=0, message=SECRET, expected=SECRET, feedback=feedback)
    assert SECRET not in written(make_result(checks=(check,)), edition=edition)[0]


def test_a_visible_check_that_waits_for_a_hidden_one_does_not_name_it() -> None:
    check = make_check_result(
        outcome=Outcome.WITHHELD, points=0, message=f"needs “{SECRET}”, which waits for the due date"
    )
    assert SECRET not in written(make_result(checks=(make_check_result(), check)), edition=Edition.STAFF)[0]


def test_without_an_engine_it_says_what_was_not_run() -> None:
    check = make_check_result(outcome=Outcome.WITHHELD, points=0, max_points=3, message=NEEDS_ENGINE)
    flag = "graded without a Docker engine: 1 of 2 checks did not run"
    result = make_result(checks=(make_check_result(), check), max_score=1, flags=(flag,))
    found = read(result)
    assert "status" not in found["tests"][1]
    assert found["tests"][1]["output"] == "Not run: it needs a Docker engine."
    assert found["output"] == "Graded without a Docker engine: 1 of 2 checks did not run."
    [remark] = written(result)[1]
    assert "3 points of checks that were not run are missing" in remark


def test_long_texts_are_cut_and_that_is_said() -> None:
    evidence = tuple(Evidence(kind="log", title="log", text="x" * 8_000) for _ in range(20))
    check = make_check_result(outcome=Outcome.FAILED, points=0, evidence=evidence)
    text, remarks = written(make_result(checks=(check,)))
    assert len(text) < 30_000
    assert remarks == ["The middle of long texts is left out in 1 of 1 tests."]


def test_hostile_text_is_plain_text() -> None:
    found = read(cases()["hostile"])
    assert {one["output_format"] for one in found["tests"]} | {found["output_format"]} == {"text"}
    assert {one["name_format"] for one in found["tests"]} == {"text"}
    shown = json.dumps(found, ensure_ascii=False)
    assert all(char not in shown for char in "\x1b\x00\u202e\u200b\ud800")


def test_decimals() -> None:
    check = make_check_result(points=Decimal("0.1"), max_points=Decimal("0.3"))
    assert read(make_result(checks=(check, check, check)))["score"] == 0.3
