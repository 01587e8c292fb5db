"""The student's edition of a result: what hidden checks and reduced feedback keep back."""

from __future__ import annotations

from typing import Final

from grader.core.result import NEEDS_ENGINE, CheckResult, Feedback, Outcome, Result, Visibility

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
    withheld = check.outcome is Outcome.WITHHELD
    # That tells nothing of the check, and it must not look as if the due date were what it waits for.
    why = NEEDS_ENGINE if withheld and check.message == NEEDS_ENGINE else None
    if check.visibility is Visibility.HIDDEN or (withheld and not (why and check.visibility is Visibility.VISIBLE)):
        # The id and the kind would tell what is looked at.
        update = {**_DETAILS, "id": f"hidden-{number}", "kind": "hidden", "title": "Hidden check", "message": why}
        return check.model_copy(update=update)
    if why is not None:
        return check.model_copy(update={**_DETAILS, "message": why})
    if check.feedback is Feedback.NONE:
        return check.model_copy(update=_DETAILS)
    if check.feedback is Feedback.ACTUAL_ONLY:
        # Everything but the finding itself may spell out the expectation.
        return check.model_copy(update={**_DETAILS, "actual": check.actual})
    return check
