"""The `prairielearn` report: `results.json` of an external grader of PrairieLearn."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, TextIO

from grader.core.errors import UsageError
from grader.core.quantities import show_points
from grader.core.report import Edition, Report
from grader.core.result import Outcome, Status, Visibility
from grader.core.text import clean, clip, one_line
from grader.reports._plain import above, details, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.result import CheckResult, Result

MOST_BYTES: Final = 1024 * 1024
"""PrairieLearn takes a larger file for a failure of the grader."""
_NO_POINTS: Final = frozenset({Outcome.ERROR, Outcome.WITHHELD})
_CUTS: Final = (4_000, 1_000, 200)
"""Characters that are kept of long texts, tried in this order."""


class Prairielearn(Report):
    """One attempt; one without a score is not `gradable`, which takes no attempt from the student.

    The score is a share between 0 and 1, so it has no room for bonus points beyond the maximum.
    """

    suffix: ClassVar[str] = "json"
    single: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._result: Result | None = None

    def add(self, result: Result) -> None:
        if self._result is not None:
            raise UsageError("PrairieLearn's results.json is about one submission, and here are several")
        self._result = result

    def stop(self) -> None:
        result = self._result
        if result is None:
            raise UsageError("there is no result to write for PrairieLearn")
        self.stream.write(self._fitting(result))

    def _fitting(self, result: Result) -> str:
        made = self._made(result)
        text = _text(made)
        if len(text) <= MOST_BYTES:
            return text
        tests = made.get("tests", [])
        for small, words in _smaller(tests):
            text = _text({**made, "output": clip(made["output"], 1_000), "tests": small})
            if len(text) <= MOST_BYTES:
                self.remarks.append(f"PrairieLearn takes no more than 1 MiB: {words}.")
                break
        return text

    def _made(self, result: Result) -> dict[str, Any]:
        if result.status is not Status.GRADED:
            return _ungradable(result.message or "the submission could not be graded", result)
        if all(check.outcome in _NO_POINTS for check in result.checks):
            return _ungradable("no check could be run", result)
        self._remark(result)
        return {
            "gradable": True,
            "score": self._share(result),
            "message": _summary(result),
            "output": above(result),
            "tests": [_test(check) for check in result.checks],
        }

    def _share(self, result: Result) -> float:
        score, most = result.score or Decimal(0), result.max_score or Decimal(0)
        if not most:
            return 1.0 if result.passed else 0.0
        if score > most:
            self.remarks.append(
                f"PrairieLearn's score ends at its maximum: {show_points(score)} of {show_points(most)} points, "
                "with bonus, became 1."
            )
        return float(min(score / most, Decimal(1)))

    def _remark(self, result: Result) -> None:
        count = len(result.checks)
        missing = sum(check.outcome in _NO_POINTS for check in result.checks)
        if missing:
            self.remarks.append(f"The score is the share of what was run: {missing} of {count} checks were not.")
        hidden = sum(check.visibility is not Visibility.VISIBLE for check in result.checks)
        if self.edition is Edition.STAFF and hidden:
            self.remarks.append(f"PrairieLearn hides no tests: students would see {hidden} of {count} that are hidden.")


def _ungradable(message: str, result: Result) -> dict[str, Any]:
    said = one_line(message, 1_000)
    return {"gradable": False, "message": said, "format_errors": [said], "output": above(result)}


def _summary(result: Result) -> str:
    passed = sum(check.outcome is Outcome.PASSED for check in result.checks)
    points = f"{show_points(result.score or Decimal(0))} of {show_points(result.max_score or Decimal(0))} points"
    return f"{passed} of {len(result.checks)} checks passed, {points}"


def _test(check: CheckResult) -> dict[str, Any]:
    counts = check.outcome not in _NO_POINTS
    return {
        "name": one_line(clean(check.title or check.id), 200),
        "description": check.kind,
        "points": _number(check.points) if counts else 0,
        "max_points": _number(check.max_points) if counts and not check.bonus else 0,
        "message": told(check),
        "output": details(check),
    }


def _smaller(tests: list[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], str]]:
    """Give the tests with less and less in them, and what was done."""
    for limit in _CUTS:
        cut = [
            {**test, "message": clip(test["message"], limit), "output": clip(test["output"], limit)} for test in tests
        ]
        yield cut, f"of long texts, {limit} characters are kept in each test"
    bare = [{**test, "message": clip(test["message"], 200), "output": ""} for test in tests]
    yield bare, "what the checks have found is left out"
    kept = len(bare)
    while kept > 1:
        kept //= 2
        rest = bare[kept:]
        together = {
            "name": f"{len(rest)} more checks",
            "description": "",
            "points": sum(test["points"] for test in rest),
            "max_points": sum(test["max_points"] for test in rest),
            "message": "There is no room for them here.",
            "output": "",
        }
        yield [*bare[:kept], together], f"what the checks have found is left out, and {len(rest)} became one"


def _text(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=1, allow_nan=False) + "\n"


def _number(points: Decimal) -> int | float:
    return int(points) if points == points.to_integral_value() else float(points)
