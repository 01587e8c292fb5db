"""The student's edition of a result: what hidden checks and reduced feedback keep back."""

from __future__ import annotations

from typing import Final

from grader.core.result import CheckResult, Feedback, Outcome, Result, Visibility

_DETAILS: Final = {
    "expected": None,
    "actual": None,
    "message": None,
    "diagnosis": None,
    "hint": None,
    "reproduce": None,
    "evidence": (),
    "findings": (),
}


def for_student(result: Result) -> Result:
    """Return `result` without what its exercise keeps from the student."""
    return result.model_copy(update={"checks": tuple(_redact(check, n) for n, check in enumerate(result.checks, 1))})


def _redact(check: CheckResult, number: int) -> CheckResult:
    if check.visibility is Visibility.HIDDEN or check.outcome is Outcome.WITHHELD:
        # The id and the kind would tell what is looked at.
        update = {**_DETAILS, "id": f"hidden-{number}", "kind": "hidden", "title": "Hidden check"}
        return check.model_copy(update=update)
    if check.feedback is Feedback.NONE:
        return check.model_copy(update=_DETAILS)
    if check.feedback is Feedback.ACTUAL_ONLY:
        # Everything but the finding itself may spell out the expectation.
        return check.model_copy(update={**_DETAILS, "actual": check.actual})
    return check
