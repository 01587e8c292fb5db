"""The `classroom50` report: `result.json` as Classroom 50 collects it."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, TextIO

from grader.core.errors import SandboxError, UsageError
from grader.core.quantities import show_points
from grader.core.report import Edition, Report
from grader.core.result import Outcome, Status
from grader.core.rounding import factor, whole
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from grader.core.result import CheckResult, Result

SCHEMA: Final = "classroom50/result/v1"
MOST_TESTS: Final = 100
MOST_NAME: Final = 100
"""Bytes of a test's name."""
_MOST_MESSAGE: Final = 500

_NEEDED: Final = (
    "CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "OWNER", "ASSIGNMENT_TYPE", "COMMIT_URL", "RELEASE_URL",
    "GRADER_COMMIT_TIME",
)  # fmt: skip
"""What the runner of Classroom 50 gives, and the last one `ci/classroom50/autograder.py`."""
_INSTEAD: Final = {"OWNER": "USERNAME"}
"""What older runners name it."""
_TYPES: Final = ("individual", "group", "team")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")


class Classroom50(Report):
    """One graded attempt in `classroom50/result/v1`, about the submission that the environment names.

    Points are whole there: all of them are multiplied where the exercise has halves, and parts of points are rounded
    so that the sum is right. An attempt without a score has no such file, since Classroom 50 would take it for a score.
    """

    suffix: ClassVar[str] = "json"
    single: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._identity = _identity(os.environ)
        self._result: Result | None = None

    def add(self, result: Result) -> None:
        if self._result is not None:
            raise UsageError(f"{SCHEMA} is about one submission, and here are several")
        if result.status is not Status.GRADED:
            raise SandboxError(
                f"there is no score, so nothing is written for Classroom 50: {one_line(result.message or 'not graded')}"
            )
        self._result = result

    def stop(self) -> None:
        result = self._result
        if result is None:
            raise UsageError("there is no result to write for Classroom 50")
        checks = [check for check in result.checks if check.outcome is not Outcome.WITHHELD]
        if not checks:
            # With no tests at all, Classroom 50 says that everything is fine.
            raise SandboxError("no check was run yet, so nothing is written for Classroom 50")
        tests = _folded(self._tests(result, checks))
        self._remark(result, len(checks))
        made = {
            "schema": SCHEMA,
            **self._identity,
            "graded_at": _moment(result.finished_at),
            "score": sum(test["score"] for test in tests),
            "max-score": sum(test["max-score"] for test in tests),
            "tests": tests,
        }
        json.dump(made, self.stream, indent=2, allow_nan=False)
        self.stream.write("\n")

    def _tests(self, result: Result, checks: Sequence[CheckResult]) -> list[dict[str, Any]]:
        # Of all checks, also of those that count for nothing now: the factor is the exercise's.
        scale = factor([check.max_points for check in result.checks if not check.bonus])
        points = whole([_counted(check) for check in checks], scale)
        if scale > 1:
            self.remarks.append(
                f"Classroom 50 has whole points only: all are multiplied by {scale}, "
                f"so that {show_points(result.max_score or Decimal(0))} became {sum(points.maxima)}."
            )
        exact = [_counted(check)[0] * scale for check in checks]
        rounded = sum(score != made for score, made in zip(exact, points.scores, strict=True))
        if rounded:
            self.remarks.append(
                f"Parts of points are rounded to whole ones in {rounded} of {len(checks)} tests: "
                f"together {show_points(sum(exact, Decimal(0)))} became {sum(points.scores)}."
            )
        return [
            _test(check, score, most) for check, score, most in zip(checks, points.scores, points.maxima, strict=True)
        ]

    def _remark(self, result: Result, tests: int) -> None:
        bonus = sum((check.points for check in result.checks if check.bonus), Decimal(0))
        if bonus:
            self.remarks.append(
                f"Classroom 50 has no score above the maximum: {show_points(bonus)} bonus points are left out."
            )
        broken = sum(check.outcome is Outcome.ERROR for check in result.checks)
        if broken:
            self.remarks.append(f"Could not be run, so worth nothing here: {broken} of {tests} checks.")
        withheld = len(result.checks) - tests
        if withheld:
            self.remarks.append(
                f"Left out, as they were not run (after the due date, or where an engine is): {withheld} of "
                f"{len(result.checks)} checks."
            )
        if tests > MOST_TESTS:
            self.remarks.append(f"Only {MOST_TESTS} tests fit: the last {tests - MOST_TESTS + 1} checks became one.")
        if self.edition is Edition.STAFF and any(check.visibility != "visible" for check in result.checks):
            self.remarks.append("Students read this file in their release, and it names hidden checks.")


def _counted(check: CheckResult) -> tuple[Decimal, Decimal]:
    """Give points and maximum, as far as they count."""
    if check.bonus or check.outcome is Outcome.ERROR:
        return Decimal(0), Decimal(0)
    return check.points, check.max_points


def _test(check: CheckResult, score: int, most: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "test-name": _named(check.title or check.id),
        "passed": check.outcome is Outcome.PASSED,
        "score": score,
        "max-score": most,
        # More keys are kept as they are.
        "outcome": check.outcome.value,
    }
    if check.outcome is not Outcome.PASSED and check.message:
        made["message"] = one_line(check.message, _MOST_MESSAGE)
    return made


def _named(title: str) -> str:
    """Cut a name between characters, so that what is left is text."""
    name = one_line(title, MOST_NAME) or "check"
    if len(name.encode()) <= MOST_NAME:
        return name
    mark = "…"
    return name.encode()[: MOST_NAME - len(mark.encode())].decode(errors="ignore") + mark


def _folded(tests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make one test of those that don't fit."""
    if len(tests) <= MOST_TESTS:
        return tests
    kept, rest = tests[: MOST_TESTS - 1], tests[MOST_TESTS - 1 :]
    passed = sum(test["passed"] for test in rest)
    together = {
        "test-name": f"{len(rest)} more checks ({passed} passed)",
        "passed": passed == len(rest),
        "score": sum(test["score"] for test in rest),
        "max-score": sum(test["max-score"] for test in rest),
    }
    return [*kept, together]


def _identity(environment: Mapping[str, str]) -> dict[str, Any]:
    """Read which submission it is. Raises UsageError that names everything that is missing or wrong."""
    found = {name: _read(environment, name) or _read(environment, _INSTEAD.get(name, name)) for name in _NEEDED}
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise UsageError(
            f"the classroom50 report needs what the runner of Classroom 50 says, and not set is: {', '.join(missing)}",
            hint="docs/classroom50.md says what each of them is.",
        )
    if not found["SUBMISSION_TAG"].startswith("submit/"):
        raise UsageError(f"SUBMISSION_TAG must begin with submit/, and is {one_line(found['SUBMISSION_TAG'])}")
    if found["ASSIGNMENT_TYPE"] not in _TYPES:
        raise UsageError(
            f"ASSIGNMENT_TYPE must be {', '.join(_TYPES[:-1])} or {_TYPES[-1]}, "
            f"and is {one_line(found['ASSIGNMENT_TYPE'])}"
        )
    if not _MOMENT.fullmatch(found["GRADER_COMMIT_TIME"]):
        raise UsageError("GRADER_COMMIT_TIME must be a time in UTC such as 2026-11-23T12:00:00Z")
    made: dict[str, Any] = {
        "classroom": found["CLASSROOM"],
        "assignment": found["ASSIGNMENT"],
        "assignment_type": found["ASSIGNMENT_TYPE"],
        "owner": found["OWNER"],
        "submission": found["SUBMISSION_TAG"],
        "commit": found["COMMIT_URL"],
        "release": found["RELEASE_URL"],
        "review": _read(environment, "REVIEW_URL") or found["COMMIT_URL"],
        "datetime": found["GRADER_COMMIT_TIME"],
    }
    actor, number = _read(environment, "GITHUB_ACTOR"), _read(environment, "GITHUB_ACTOR_ID")
    if actor:
        known = number.isascii() and number.isdigit()
        made["submitted_by"] = {"username": actor, "id": int(number) if known else None}
    return made


def _read(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").strip()


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
