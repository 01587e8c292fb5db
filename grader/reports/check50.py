"""The `check50` report: what check50 writes with `--output json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Final, TextIO

from grader.core.errors import UsageError
from grader.core.report import Report
from grader.core.result import Outcome, Status
from grader.core.text import clean

if TYPE_CHECKING:
    from grader.core.result import CheckResult, Result

_LOG_LINES: Final = 100
_PASSED: Final = {Outcome.PASSED: True, Outcome.FAILED: False}
"""Of all others, check50 says null: neither."""


class Check50(Report):
    """One attempt as check50 has it: a check passed, failed, or did neither, and why.

    There are no points in it, but where check50 has room for data of one's own. An attempt without a score is an
    `error`.
    """

    suffix: ClassVar[str] = "json"
    single: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._result: Result | None = None

    def add(self, result: Result) -> None:
        if self._result is not None:
            raise UsageError("the check50 format is about one submission, and here are several")
        self._result = result

    def stop(self) -> None:
        result = self._result
        if result is None:
            raise UsageError("there is no result to write in the check50 format")
        made: dict[str, Any] = {"slug": result.exercise.id, "version": result.grader_version}
        if result.status is Status.GRADED:
            made["results"] = [_entry(check) for check in result.checks]
            self._remark(result)
        else:
            made["error"] = _error(result)
        json.dump(made, self.stream, indent=2, allow_nan=False)
        self.stream.write("\n")

    def _remark(self, result: Result) -> None:
        if result.max_score:
            self.remarks.append("check50 knows no points: score and maximum are only in the data of each check.")
        withheld = sum(check.outcome is Outcome.WITHHELD for check in result.checks)
        if withheld:
            self.remarks.append(
                f"check50 can't tell checks that were not run from skipped ones: {withheld} of {len(result.checks)}."
            )
        if result.flags:
            self.remarks.append(f"check50 has no place for flags, which a person should read: {len(result.flags)}.")


def _entry(check: CheckResult) -> dict[str, Any]:
    return {
        "name": check.id,
        "description": clean(check.title or check.id),
        "passed": _PASSED.get(check.outcome),
        "log": _log(check),
        "cause": _cause(check),
        "data": {
            "outcome": check.outcome.value,
            **{name: value for name, value in _numbers(check).items() if check.max_points},
        },
        "dependency": None,
    }


def _numbers(check: CheckResult) -> dict[str, Any]:
    shown = check.model_dump(mode="json", include={"points", "max_points", "bonus"})
    return {name: shown[name] for name in ("points", "max_points", "bonus")}


def _cause(check: CheckResult) -> dict[str, Any] | None:
    if check.outcome is Outcome.PASSED:
        return None
    made: dict[str, Any] = {"rationale": clean(check.message or _USUAL[check.outcome])}
    helped = [part for part in (_why(check), check.hint) if part]
    made["help"] = clean("\n".join(helped)) if helped else None
    if check.outcome is Outcome.ERROR:
        made["error"] = {"type": "Error", "value": made["rationale"], "traceback": [], "data": {}}
    elif check.expected is not None and check.actual is not None:
        made |= {"expected": clean(check.expected), "actual": clean(check.actual)}
    return made


_USUAL: Final = {
    Outcome.FAILED: "the details of this check are not shown",
    Outcome.SKIPPED: "something it needs did not pass",
    Outcome.ERROR: "it could not be checked",
    Outcome.WITHHELD: "is checked after the due date",
}


def _why(check: CheckResult) -> str | None:
    found = check.diagnosis
    return None if found is None else f"{found.summary} {found.explanation} {found.fix}"


def _log(check: CheckResult) -> list[str]:
    """Give the end of what was kept, as check50 keeps the last lines of what a check logged."""
    lines = [f"see it yourself: {line}" for line in (check.reproduce or "").splitlines()]
    for one in check.evidence:
        lines += [f"{one.title}:", *one.text.splitlines()]
    return [clean(line) for line in lines][-_LOG_LINES:]


def _error(result: Result) -> dict[str, Any]:
    message = clean(result.message or "the submission could not be graded")
    told = clean("\n".join(part for part in (message, result.hint) if part))
    return {
        "type": result.status.value,
        "value": message,
        "traceback": [],
        "actions": {"show_traceback": False, "message": told},
        "data": {},
    }
