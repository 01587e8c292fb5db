"""Grade one submission against one exercise: the straight way from what was handed in to a Result."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from grader import __version__
from grader.core import clock
from grader.core.errors import PolicyError, SandboxError, SubmissionError
from grader.core.progress import Silent
from grader.core.result import CheckResult, ExerciseRef, Outcome, Result, Status, SubmissionRef
from grader.core.scratch import scratch_folder
from grader.grading.attempt import Attempt
from grader.grading.checks import chosen, run_checks, skip_checks, waiting
from grader.grading.engineless import leave_out
from grader.grading.opening import opened, setting_of
from grader.sandbox.absent import Absent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from grader.core.progress import Progress
    from grader.exercise.model import Exercise
    from grader.sandbox.engine import Engine


@dataclass(frozen=True, slots=True)
class Options:
    """How an attempt is run, besides what the exercise says."""

    only: Collection[str] = ()
    """Ids of the checks to run, with what they need; empty: all."""
    keep: bool = False
    """Leave image and containers on the engine, for looking at."""
    received_at: datetime | None = None
    submission_id: str | None = None
    notes: tuple[str, ...] = ()
    """What was told when it was taken in before: flags of the result."""


def grade(
    exercise: Exercise,
    source: Path,
    connect: Callable[[], Engine],
    progress: Progress | None = None,
    options: Options | None = None,
) -> Result:
    """Grade `source`; always gives a Result, whatever the submission does.

    Raises UsageError when there is no such submission, and lets Ctrl-C through once everything is cleaned up.
    """
    options = options or Options()
    attempt = Attempt(exercise, secrets.token_hex(16), datetime.now(UTC), flags=list(options.notes))
    with clock.stopwatch() as clocks:
        try:
            with scratch_folder() as scratch:
                _run(attempt, source, scratch, connect, progress or Silent(), options)
            attempt.facts.setdefault("status", Status.GRADED)
        except PolicyError as error:
            attempt.facts |= {"status": Status.REJECTED, "message": error.message, "hint": error.hint}
        except SandboxError as error:
            attempt.facts |= {"status": Status.UNGRADED, "message": error.message, "hint": error.hint}
    return _result(attempt, source, options, {name: round(seconds, 3) for name, seconds in clocks.items()})


def _run(  # noqa: PLR0917 - the parts of one attempt
    attempt: Attempt, source: Path, scratch: Path, connect: Callable[[], Engine], progress: Progress, options: Options
) -> None:
    def connected() -> Engine:
        engine = connect()
        if isinstance(engine, Absent):
            wanted = chosen(attempt.exercise, options.only)
            leave_out(attempt, wanted, waiting(attempt, wanted))
        return engine

    try:
        with (
            opened(attempt, source, scratch, connected, progress, keep=options.keep) as work,
            clock.budget("checks", attempt.exercise.file.limits.checks),
        ):
            run_checks(attempt, work.target, progress, options.only, work.setting)
    except SubmissionError as error:
        _unusable(attempt, error, scratch, options)


def _unusable(attempt: Attempt, error: SubmissionError, scratch: Path, options: Options) -> None:
    """Turn a submission that can't be looked at into one failed line, and skip the checks."""
    attempt.facts |= {"status": Status.GRADED, "message": error.message, "hint": error.hint}
    line = CheckResult(
        id="submission",
        title="The submission can be graded",
        kind="submission",
        outcome=Outcome.FAILED,
        points=Decimal(0),
        max_points=Decimal(0),
        message=error.message,
        hint=error.hint,
    )
    attempt.checks = [line]
    skip_checks(attempt, options.only, setting_of(attempt.exercise, scratch), "there is nothing to look at")


def _result(attempt: Attempt, source: Path, options: Options, clocks: dict[str, float]) -> Result:
    scored = attempt.facts["status"] is Status.GRADED
    counted = [check for check in attempt.checks if check.outcome not in {Outcome.ERROR, Outcome.WITHHELD}]
    exercise = attempt.exercise
    score = sum((check.points for check in counted), Decimal(0))
    return Result(
        attempt=attempt.id,
        exercise=ExerciseRef(id=exercise.id, title=exercise.file.title, digest=exercise.digest),
        submission=SubmissionRef(
            id=options.submission_id or source.resolve().name,
            kind=exercise.file.submission.kind,
            digest=attempt.digest,
            received_at=options.received_at or attempt.started,
            taken=attempt.taken,
        ),
        score=score if scored else None,
        max_score=sum((one.max_points for one in counted if not one.bonus), Decimal(0)) if scored else None,
        checks=tuple(attempt.checks),
        flags=tuple(attempt.flags),
        seed=exercise.seed,
        clocks=clocks,
        started_at=attempt.started,
        finished_at=datetime.now(UTC),
        grader_version=__version__,
        **attempt.facts,
    )
