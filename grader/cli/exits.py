"""The exit code that a result ends a command with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Outcome, Status

if TYPE_CHECKING:
    from grader.core.result import Result


def exit_code(result: Result, *, zero_if_graded: bool = False) -> int:
    """Give 0 all passed, 1 something failed, 2 a check is broken, 3 not graded, 4 rejected."""
    if result.status is Status.UNGRADED:
        return 3
    if result.status is Status.REJECTED:
        return 4
    outcomes = {check.outcome for check in result.checks}
    if Outcome.ERROR in outcomes and Outcome.FAILED not in outcomes:
        return 2
    return 0 if result.passed or zero_if_graded else 1
