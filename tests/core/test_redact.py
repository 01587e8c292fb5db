from __future__ import annotations

import pytest

from grader.core.redact import for_student
from grader.core.result import (
    NEEDS_ENGINE,
    CheckResult,
    Diagnosis,
    Evidence,
    Feedback,
    Finding,
    Outcome,
    Source,
    Visibility,
)
from tests.support.factories import make_check_result, make_result

SECRET = "the answer is 42"  # noqa: S105 - not a password


def failed(**changes: object) -> CheckResult:
    made: dict[str, object] = {
        "id": "answer",
        "title": "The answer",
        "kind": "http",
        "outcome": Outcome.FAILED,
        "points": 0,
        "expected": SECRET,
        "actual": "41",
        "message": f"is 41: {SECRET}",
        "diagnosis": Diagnosis(cause="wrong", summary=SECRET, explanation=SECRET, fix=SECRET),
        "hint": SECRET,
        "reproduce": f"curl {SECRET}",
        "evidence": (Evidence(kind="http", title="exchange", text=SECRET),),
        "findings": (Finding(rule="answer", level="error", message=SECRET, path=SECRET, line=41),),
    }
    return make_check_result(**{**made, **changes})


def seen(check: CheckResult) -> CheckResult:
    return for_student(make_result(checks=(make_check_result(), check))).checks[1]


def test_a_visible_check_is_shown_whole() -> None:
    assert seen(failed()) == failed()


@pytest.mark.parametrize(
    "check",
    [
        failed(visibility=Visibility.HIDDEN),
        failed(visibility=Visibility.HIDDEN, outcome=Outcome.PASSED, points=1),
        failed(visibility=Visibility.HIDDEN, outcome=Outcome.ERROR),
        failed(visibility=Visibility.AFTER_DUE, outcome=Outcome.WITHHELD),
    ],
)
def test_of_a_hidden_check_only_points_are_shown(check: CheckResult) -> None:
    shown = seen(check)
    assert (shown.id, shown.kind, shown.title) == ("hidden-2", "hidden", "Hidden check")
    assert (shown.outcome, shown.points, shown.max_points) == (check.outcome, check.points, check.max_points)
    text = shown.model_dump_json()
    assert all(word not in text for word in (SECRET, "41", "answer", "http"))


def test_after_the_due_date_a_check_is_shown() -> None:
    check = failed(visibility=Visibility.AFTER_DUE)
    assert seen(check) == check


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.AFTER_DUE, Visibility.VISIBLE])
def test_that_there_was_no_engine_is_no_secret(visibility: Visibility) -> None:
    check = failed(visibility=visibility, outcome=Outcome.WITHHELD, message=NEEDS_ENGINE)
    shown = seen(check)
    assert shown.message == NEEDS_ENGINE
    assert shown.id == ("answer" if visibility is Visibility.VISIBLE else "hidden-2")
    assert SECRET not in shown.model_dump_json()


def test_why_a_check_waits_may_tell_of_another_one() -> None:
    shown = seen(failed(outcome=Outcome.WITHHELD, message=f"needs “{SECRET}”, which waits for the due date"))
    assert (shown.id, shown.message) == ("hidden-2", None)


def test_reduced_feedback() -> None:
    none = seen(failed(feedback=Feedback.NONE))
    assert (none.id, none.title, none.actual) == ("answer", "The answer", None)
    assert SECRET not in none.model_dump_json()
    actual = seen(failed(feedback=Feedback.ACTUAL_ONLY))
    assert actual.actual == "41"
    assert SECRET not in actual.model_dump_json()


def test_the_original_is_left_alone() -> None:
    result = make_result(checks=(failed(visibility=Visibility.HIDDEN),))
    assert for_student(result) != result
    assert result.checks[0].message == f"is 41: {SECRET}"


def test_own_files_are_shown() -> None:
    source = Source(path="Dockerfile", language="dockerfile", text="FROM scratch\n")
    assert for_student(make_result(sources=(source,))).sources == (source,)
