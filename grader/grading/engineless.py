"""Grading without a Docker engine: which checks that leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.errors import SandboxError
from grader.core.result import EngineInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.check import Check
    from grader.grading.attempt import Attempt


def leave_out(attempt: Attempt, wanted: Sequence[Check], waiting: Sequence[Check]) -> None:
    """Note in the attempt which of the wanted checks are not run; those that are `waiting` for the due date, for that.

    Raises SandboxError where none is left: an attempt of which nothing was looked at has no score.
    """
    idle = {check.id for check in waiting}
    attempt.left_out = {check.id for check in wanted if check.needs_engine} - idle
    attempt.facts["engine"] = EngineInfo(mode="none")
    if not attempt.left_out:
        return
    if len(attempt.left_out) + len(idle) == len(wanted):
        raise SandboxError(
            "none of the checks can be run without a Docker engine",
            hint="Leave out --engine none where there is one.",
        )
    count = f"{len(attempt.left_out)} of {len(wanted)} checks did not run"
    attempt.flags.append(f"graded without a Docker engine: {count}")
