"""A result as GitHub Classroom's reporter takes it: base64 of JSON, in one environment variable.

The reporter shows two totals that are worked out differently: its table takes the share of tests that passed, times
the highest score; its notice, from which Classroom takes the points, adds up the tests' scores. Both are right here
wherever that can be: a test stands for an equal share of the points, and a check of twice as many points is two
tests. Where that would make too many tests, or points of a bonus are in the score, the notice is right.
"""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING, Any, Final

from grader.core.quantities import show_points
from grader.core.result import Outcome, Status
from grader.core.text import one_line
from grader.reports._workflow import plain, unbracketed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.result import CheckResult, Result

LIMIT: Final = 95 * 1024
"""Bytes of JSON: base64 makes a third more of it, and Linux takes 128 KiB in one variable."""

_MOST: Final = 100
"""Tests that checks are split into."""
_SMALLEST: Final = 10_000
"""Points have four decimals."""
_UNCOUNTED: Final = frozenset({Outcome.ERROR, Outcome.WITHHELD})
_LENGTHS: Final = (2_000, 400, 80, 0)
"""Characters that a test's text may have, tried in this order until all fits."""


class Payload:
    """The reporter's payload, and what it lacks."""

    def __init__(self, result: Result) -> None:
        self.remarks: list[str] = []
        self._result = result
        status, highest, tests = self._encoded()
        self.data = self._fitted({"version": 1, "status": status, "max_score": highest, "tests": tests})

    @property
    def text(self) -> str:
        """The base64, on one line."""
        return base64.b64encode(_json(self.data)).decode("ascii")

    def _encoded(self) -> tuple[str, int | float, list[dict[str, Any]]]:
        result = self._result
        if result.status is not Status.GRADED or result.score is None or not result.max_score:
            return self._unscored()
        counted = [check for check in result.checks if check.outcome not in _UNCOUNTED]
        tests = self._tests([check for check in counted if check.max_points and not check.bonus])
        tests += self._bonus([check for check in counted if check.bonus and check.points])
        if not tests:
            return self._unscored()
        self._compare(tests)
        without = sum(not check.max_points for check in counted)
        if without:
            self.remarks.append(f"checks without points are not in the payload: {without}")
        uncounted = len(result.checks) - len(counted)
        if uncounted:
            self.remarks.append(f"checks that were not counted, or not run yet, are not in the payload: {uncounted}")
        return self._status(), _number(result.max_score), tests

    def _status(self) -> str:
        if self._result.passed:
            return "pass"
        lost = any(check.outcome in {Outcome.FAILED, Outcome.SKIPPED} for check in self._result.checks)
        return "fail" if lost else "error"

    def _unscored(self) -> tuple[str, int | float, list[dict[str, Any]]]:
        """Encode what has no score: without a highest one, the reporter tells Classroom of no points at all."""
        result = self._result
        if result.status is Status.GRADED:
            tests = [_test(check, check.outcome is Outcome.PASSED, Decimal(0)) for check in result.checks]
            if tests:
                return self._status(), 0, tests
        rejected = result.status is Status.REJECTED
        status = "fail" if rejected else "error"
        said = "\n".join(part for part in (result.message, result.hint) if part)
        name = "Rejected, no score" if rejected else "Not graded: a fault of the machine, not of the submission"
        if not rejected:
            said = said or "The machine that grades had a problem. This costs nothing. Try again later."
        return status, 0, [_entry(name, status, Decimal(0), said)]

    def _tests(self, checks: Sequence[CheckResult]) -> list[dict[str, Any]]:
        points = [int(one * _SMALLEST) for check in checks for one in (check.max_points, check.points) if one]
        share = Decimal(reduce(gcd, points, 0)) / _SMALLEST
        parts = sum((check.max_points for check in checks), Decimal(0)) / share if share else Decimal(0)
        if parts > _MOST:
            return [_test(check, check.outcome is Outcome.PASSED, check.points) for check in checks]
        return [test for check in checks for test in _shares(check, share)]

    def _bonus(self, checks: Sequence[CheckResult]) -> list[dict[str, Any]]:
        """Add what was earned on top, no further than to the highest score: the reporter knows none above it."""
        regular = sum(
            (one.points for one in self._result.checks if one.outcome not in _UNCOUNTED and not one.bonus), Decimal(0)
        )
        room = max((self._result.max_score or Decimal(0)) - regular, Decimal(0))
        tests, lost = [], Decimal(0)
        for check in checks:
            taken = min(check.points, room)
            room -= taken
            lost += check.points - taken
            tests.append(_test(check, True, taken))
        if lost:
            self.remarks.append(f"points above the highest score are not in the payload: {show_points(lost)}")
        return tests

    def _compare(self, tests: Sequence[dict[str, Any]]) -> None:
        highest = self._result.max_score or Decimal(0)
        noticed = sum((Decimal(str(one["score"])) for one in tests), Decimal(0))
        table = highest * sum(one["status"] == "pass" for one in tests) / len(tests) if tests else Decimal(0)
        if abs(table - noticed) > Decimal("0.005"):  # the table has two decimals
            self.remarks.append(
                f"the table in the reporter's log shows {show_points(round(table, 2))} of {show_points(highest)}; "
                f"the points that Classroom gets are {show_points(noticed)}"
            )

    def _fitted(self, data: dict[str, Any]) -> dict[str, Any]:
        """Shorten the texts of the tests, then leave tests out, until the payload is small enough."""
        for length in _LENGTHS:
            if len(_json(data)) < LIMIT:
                return data
            data = {**data, "tests": [_shortened(test, length) for test in data["tests"]]}
            self._remark_once("what checks say is shortened, as the payload may have 95 KiB only")
        if len(_json(data)) >= LIMIT:
            scores = sum((Decimal(str(test["score"])) for test in data["tests"]), Decimal(0))
            count = len(data["tests"])
            data = {**data, "tests": [_entry(f"{count} tests, too many to list", data["status"], scores, "")]}
            self._remark_once(f"{count} tests stand as one, as the payload may have 95 KiB only")
        return data

    def _remark_once(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)


def _shares(check: CheckResult, share: Decimal) -> Iterator[dict[str, Any]]:
    """Give a check as tests of an equal share of the points each; its text is with the first that failed."""
    count, earned = int(check.max_points / share), int(check.points / share)
    for number in range(count):
        passed = number < earned
        of = f" ({number + 1} of {count})" if count > 1 else ""
        yield _test(check, passed, share if passed else Decimal(0), of, told=number == earned)


def _test(
    check: CheckResult,
    passed: bool,  # noqa: FBT001 - a verdict, not a switch
    score: Decimal,
    of: str = "",
    *,
    told: bool = True,
) -> dict[str, Any]:
    title = f"{one_line(check.title or check.id, 120)}{of}"
    if passed:
        return _entry(title, "pass", score, "")
    if check.outcome is Outcome.WITHHELD:
        said = check.message or "Is checked after the due date."
    else:
        said = "\n".join(_said(check)) or "The details of this check are not shown."
    return _entry(title, "error" if check.outcome is Outcome.ERROR else "fail", score, said if told else "")


def _said(check: CheckResult) -> Iterator[str]:
    parts = [("", check.message), ("Expected: ", check.expected), ("Found: ", check.actual)]
    if check.diagnosis is not None:
        parts += [("Why: ", f"{check.diagnosis.summary} {check.diagnosis.explanation}"), ("Fix: ", check.diagnosis.fix)]
    parts += [("Hint: ", check.hint), ("See it yourself: ", check.reproduce)]
    yield from (f"{label}{text}" for label, text in parts if text)


def _entry(name: str, status: str, score: Decimal, said: str) -> dict[str, Any]:
    # The reporter prints names, messages of errors and `test_code` as they are, on a runner that reads its output;
    # the message of what has failed it never prints.
    return {
        "name": _name(name),
        "status": status,
        "score": _number(score),
        "message": plain(said) if said and status == "error" else None,
        "test_code": plain(said) if said and status != "error" else "",
        "filename": "",
        "line_no": 0,
        "duration": 0,
    }


def _name(text: str) -> str:
    name = unbracketed(one_line(text))
    return name if name[:1].isascii() and name[:1].isalnum() else plain(name)


def _shortened(test: dict[str, Any], length: int) -> dict[str, Any]:
    # From the end only: what is left still begins its lines with bars.
    return {**test, **{key: test[key] and test[key][:length] for key in ("message", "test_code")}}


def _number(points: Decimal) -> int | float:
    return int(points) if points == points.to_integral_value() else float(points)


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":"), allow_nan=False).encode("ascii")
