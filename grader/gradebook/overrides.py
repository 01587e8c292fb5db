"""What a person decided about checks, applied to what was found."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from grader.core.quantities import show_points
from grader.core.result import Outcome, Status
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.core.gradebook import Override
    from grader.core.result import CheckResult, Result

_UNCOUNTED: Final = frozenset({Outcome.ERROR, Outcome.WITHHELD})


def totals(checks: Iterable[CheckResult], counted: Iterable[str] = ()) -> tuple[Decimal, Decimal]:
    """Give score and maximum, as grading does: what could not be looked at counts for neither, if not `counted`."""
    also = frozenset(counted)
    those = [check for check in checks if check.outcome not in _UNCOUNTED or check.id in also]
    score = sum((check.points for check in those), Decimal(0))
    return score, sum((check.max_points for check in those if not check.bonus), Decimal(0))


def apply(result: Result, overrides: Sequence[Override]) -> tuple[Result, list[str]]:
    """Give the result with the points that people decided, and what a person should know of that.

    A check is worth 0 to its own points, whatever was decided when it was worth more. One that could not be looked at
    counts as soon as somebody has decided what it is worth.
    """
    wanted = {one.check: one for one in overrides if one.check is not None}
    if not wanted:
        return result, []
    if result.status is not Status.GRADED:
        return result, [_idle(name, "there are no points to change") for name in wanted]
    known = {check.id for check in result.checks}
    notes = [_idle(name, "there is no such check any more") for name in wanted if name not in known]
    checks: list[CheckResult] = []
    for check in result.checks:
        decided = wanted.get(check.id)
        if decided is None:
            checks.append(check)
            continue
        points = min(decided.points, check.max_points)
        if points < decided.points:
            least, most = show_points(check.max_points), show_points(decided.points)
            notes.append(f"the override of check '{check.id}' gives {least} points, not {most}: it is worth no more")
        checks.append(check.model_copy(update={"points": points}))
    score, most_points = totals(checks, wanted)
    return result.model_copy(update={"checks": tuple(checks), "score": score, "max_score": most_points}), notes


def _idle(check: str, why: str) -> str:
    return f"the override of check '{one_line(check, 80)}' has no effect: {why}"
