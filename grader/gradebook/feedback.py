"""What a student may read about a score: a line per check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.quantities import show_points
from grader.core.redact import for_student
from grader.core.result import Outcome, Status
from grader.core.text import one_line

if TYPE_CHECKING:
    from grader.core.result import CheckResult, Result

MAX_FEEDBACK: Final = 3_000
"""Characters; a learning platform shows them in a box."""
_MAX_LINE: Final = 400
_WORDS: Final = {
    Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.SKIPPED: "skipped",
    Outcome.ERROR: "not counted", Outcome.WITHHELD: "after the due date",
}  # fmt: skip


def feedback(result: Result) -> str:
    """Give a line for each check, with what is hidden left out, and never more than `MAX_FEEDBACK` characters."""
    if result.status is not Status.GRADED:
        return one_line(result.message or "", _MAX_LINE)
    lines = [one_line(result.message, _MAX_LINE)] if result.message else []
    lines += [_line(check) for check in for_student(result).checks if check.kind != "submission"]
    return bounded(lines)


def bounded(lines: list[str]) -> str:
    """Join lines as far as they fit; a last one says how many are left out."""
    room = MAX_FEEDBACK - len("(… 1000 more lines)")
    kept: list[str] = []
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, f"(… {len(lines) - number} more lines)"])
        kept.append(line)
    return "\n".join(kept)


def _line(check: CheckResult) -> str:
    worth = f" ({show_points(check.points)} of {show_points(check.max_points)})" if check.max_points else ""
    if check.outcome in {Outcome.ERROR, Outcome.WITHHELD}:
        worth = ""  # it counts for nothing, which is not the same as no points
    told = _told(check) if check.outcome is Outcome.FAILED else ""
    return one_line(f"{_WORDS[check.outcome]}{worth}: {check.title or check.id}{told}", _MAX_LINE)


def _told(check: CheckResult) -> str:
    found = check.message or (f"found {check.actual}" if check.actual else "")
    fix = check.diagnosis.fix if check.diagnosis is not None else check.hint
    parts = [one_line(part, _MAX_LINE).rstrip(".") for part in (found, fix) if part]
    return f": {'. '.join(parts)}" if parts else ""
