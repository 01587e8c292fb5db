"""The `gradescope` report: `results.json` as Gradescope's harness reads it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, TextIO

from grader.core.errors import SandboxError, UsageError
from grader.core.quantities import show_points
from grader.core.redact import for_student
from grader.core.report import Edition, Report
from grader.core.result import Feedback, Outcome, Status, Visibility
from grader.core.text import clean, clip, one_line
from grader.reports._plain import above, details, told

if TYPE_CHECKING:
    from grader.core.result import CheckResult, Result

_MOST: Final = 20_000
"""Characters of what one test says."""
_NO_POINTS: Final = frozenset({Outcome.ERROR, Outcome.WITHHELD})
"""Such checks count neither for nor against anybody."""
_LEVELS: Final = {
    Visibility.VISIBLE: "visible",
    Visibility.HIDDEN: "hidden",
    Visibility.AFTER_DUE: "after_due_date",
}


class Gradescope(Report):
    """One graded attempt; an attempt without a score has no such file, as Gradescope would take it for a score.

    Gradescope shows each test to whom it is for, so the staff edition has hidden checks, marked as such, while of all
    others it tells what students may know. The student edition has hidden checks without what they are.
    """

    suffix: ClassVar[str] = "json"
    single: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._result: Result | None = None

    def add(self, result: Result) -> None:
        if self._result is not None:
            raise UsageError("Gradescope's results.json is about one submission, and here are several")
        if result.status is not Status.GRADED:
            reason = one_line(result.message or "not graded", 500)
            raise SandboxError(f"there is no score, so nothing is written for Gradescope: {reason}", hint=result.hint)
        if all(check.outcome in _NO_POINTS for check in result.checks):
            raise SandboxError("no check could be run, so nothing is written for Gradescope")
        self._result = result

    def stop(self) -> None:
        result = self._result
        if result is None:
            raise UsageError("there is no result to write for Gradescope")
        checks = self._shown(result)
        self._remark(result, checks)
        took = (result.finished_at - result.started_at).total_seconds()
        made = {
            "score": _number(result.score or Decimal(0)),
            "execution_time": round(took, 3),
            "output": above(result),
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "extra_data": _extra(result),
            "tests": [self._test(check, number) for number, check in enumerate(checks, 1)],
        }
        json.dump(made, self.stream, indent=2, allow_nan=False)
        self.stream.write("\n")

    def _shown(self, result: Result) -> list[CheckResult]:
        """Give the checks as whoever Gradescope shows them to may see them."""
        if self.edition is Edition.STUDENT:
            return list(result.checks)
        seen = for_student(result).checks
        return [
            whole if whole.visibility is not Visibility.VISIBLE and part.id != whole.id else part
            for whole, part in zip(result.checks, seen, strict=True)
        ]

    def _level(self, check: CheckResult) -> str:
        if self.edition is Edition.STUDENT and (
            check.visibility is Visibility.HIDDEN or check.outcome is Outcome.WITHHELD
        ):
            return "visible"  # nothing is left of it that could be hidden, and its points are known
        return _LEVELS[check.visibility]

    def _test(self, check: CheckResult, number: int) -> dict[str, Any]:
        said = "\n".join(part for part in (told(check), details(check)) if part)
        made: dict[str, Any] = {
            "name": one_line(clean(check.title or check.id), 200),
            "name_format": "text",
            "number": str(number),
            "output": clip(said, _MOST),
            "output_format": "text",
            "tags": [check.kind],
            "visibility": self._level(check),
            "extra_data": {"id": check.id, "outcome": check.outcome.value, "bonus": check.bonus},
        }
        if check.outcome not in _NO_POINTS:
            made["status"] = "passed" if check.outcome is Outcome.PASSED else "failed"
            if check.max_points:
                made["score"] = _number(check.points)
                made["max_score"] = 0 if check.bonus else _number(check.max_points)
        return made

    def _remark(self, result: Result, checks: list[CheckResult]) -> None:
        missing = [check for check in result.checks if check.outcome in _NO_POINTS and not check.bonus]
        points = sum((check.max_points for check in missing), Decimal(0))
        if points:
            self.remarks.append(
                f"Gradescope's maximum is the assignment's, whatever was run: {show_points(points)} points of checks "
                f"that were not run are missing from the score ({len(missing)} of {len(result.checks)} checks)."
            )
        if self.edition is Edition.STAFF:
            hidden = sum(check.visibility is Visibility.HIDDEN for check in checks)
            if hidden:
                self.remarks.append(f"Students don't see their total, as {hidden} of {len(checks)} tests are hidden.")
            less = sum(check.feedback is not Feedback.FULL and check.outcome is Outcome.FAILED for check in checks)
            if less:
                self.remarks.append(f"Of {less} failed checks there is no more in it than students may know.")
        cut = sum(len(details(check)) + len(told(check)) >= _MOST for check in checks)
        if cut:
            self.remarks.append(f"The middle of long texts is left out in {cut} of {len(checks)} tests.")


def _extra(result: Result) -> dict[str, Any]:
    """Give what identifies the attempt."""
    return {
        "schema": result.schema_,
        "attempt": result.attempt,
        "exercise": result.exercise.id,
        "exercise_digest": result.exercise.digest,
        "submission_digest": result.submission.digest,
        "max_score": _number(result.max_score or Decimal(0)),
        "engine": result.engine.mode if result.engine is not None else None,
        "grader_version": result.grader_version,
    }


def _number(points: Decimal) -> int | float:
    return int(points) if points == points.to_integral_value() else float(points)
