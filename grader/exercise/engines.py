"""Which engine an exercise's submissions run on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from grader.core.errors import UsageError
from grader.core.progress import Silent
from grader.sandbox.engine import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.progress import Progress
    from grader.exercise.model import Exercise
    from grader.sandbox.engine import Engine

Mode = Literal["auto", "host", "isolated"]
AnyMode = Literal[Mode, "none"]
"""Also without any engine, which is for single attempts only."""


def runs_isolated(exercise: Exercise, mode: AnyMode) -> bool:
    """Whether a submission runs on a disposable engine."""
    return mode == "isolated" or (mode == "auto" and exercise.file.submission.isolated)


def opener(
    exercise: Exercise, mode: AnyMode = "auto", progress: Progress | None = None, *, batch: str = ""
) -> Callable[[], Engine]:
    """Give what opens the engine for one attempt: `auto` is the user's own where that will do, `none` is none.

    A disposable engine that is started for a batch is kept for the batch's other attempts.
    Raises UsageError for an engine on which this kind of submission can't be looked at.
    """
    if mode == "none":
        from grader.sandbox.absent import Absent

        return Absent
    file = exercise.file
    needed = file.submission.isolated
    if mode == "host" and needed:
        raise UsageError(
            f"{file.submission.kind} submissions can't be graded on your own engine: "
            "there they could reach everything that you have on it",
            hint="Leave --engine out, or use --engine isolated.",
        )
    if not runs_isolated(exercise, mode):
        return connect

    def isolated() -> Engine:
        from grader.sandbox.disposable.lease import lease

        host = connect()
        try:
            return lease(host, file.images, file.engine, (progress or Silent()).phase, client=needed, batch=batch)
        except BaseException:
            host.close()
            raise

    return isolated
