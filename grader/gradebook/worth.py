"""What the outcome of a check is worth, and how it is told, by the newest version of its exercise."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from grader.core.result import Outcome, Visibility
from grader.exercise import variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.check import Check
    from grader.core.result import CheckResult
    from grader.exercise.model import Exercise

_LEAST: Final = Decimal("0.0001")


class Worth:
    """Tells outcomes anew.

    The tests of a `pytest` check have results of their own, with points, titles and more that their file says; since
    that file is the same, or nothing is rescored, they keep it, and take over only what the check says for all of them.
    """

    def __init__(self, exercise: Exercise, old: Mapping[str, Any]) -> None:
        self._checks = {check.id: check for check in exercise.file.checks}
        self._several = sorted((check.id for check in exercise.file.checks if check.several), key=len, reverse=True)
        self._old = {str(one.get("id")): one for one in old.get("checks", ()) if isinstance(one, dict)}
        self._vars = old.get("vars")

    def of(self, one: CheckResult, seed: int) -> CheckResult:
        """Give a result with its outcome, and everything that was found, as it was."""
        check = self._checks.get(one.id)
        if check is not None and not check.several:
            return self._whole(one, check, seed)
        check = check or self._part_of(one)
        return one if check is None else self._part(one, check, seed)

    def _part_of(self, one: CheckResult) -> Check | None:
        # The ids of tests begin with their check's, which is cut where it is very long.
        return next((self._checks[name] for name in self._several if f"{one.id}-".startswith(f"{name}-"[:51])), None)

    def _whole(self, one: CheckResult, check: Check, seed: int) -> CheckResult:
        update: dict[str, Any] = {
            "title": check.label,
            "points": _points(one, check.points),
            "max_points": check.points,
            "bonus": check.bonus,
            "visibility": check.visibility,
            "feedback": check.feedback,
            "hint": self._hint(one, check, seed),
        }
        return one.model_copy(update=update)

    def _part(self, one: CheckResult, check: Check, seed: int) -> CheckResult:
        before = str(self._old.get(check.id, {}).get("visibility", Visibility.VISIBLE))
        update: dict[str, Any] = {
            "bonus": one.bonus or check.bonus,
            "feedback": check.feedback,
            "hint": self._hint(one, check, seed, own=True),
        }
        if one.visibility == before:  # otherwise the test says it itself
            update["visibility"] = check.visibility
        return one.model_copy(update=update)

    def _hint(self, one: CheckResult, check: Check, seed: int, *, own: bool = False) -> str | None:
        """Give the hint of a failure: the author's, or what was found; one of a test stays, if it has its own."""
        if one.outcome is not Outcome.FAILED:
            return one.hint
        raw = self._old.get(check.id, {}).get("hint")
        before = variables.fill(raw, variables.make(self._vars, seed))[0] if raw is not None else None
        from_check = one.hint is not None and one.hint == before
        if own and one.hint is not None and not from_check:
            return one.hint
        return check.hint or (None if from_check else one.hint)


def _points(one: CheckResult, most: Decimal) -> Decimal:
    if one.outcome is Outcome.PASSED:
        return most
    if not one.points or not one.max_points:
        return Decimal(0)
    return (one.points / one.max_points * most).quantize(_LEAST, ROUND_HALF_UP)
