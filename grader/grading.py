"""Grade one submission against one exercise: the straight way from what was handed in to a Result."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from grader import __version__
from grader.core import clock
from grader.core.errors import Failure, PolicyError, SandboxError, SubmissionError, Unmet
from grader.core.progress import Silent
from grader.core.result import (
    CheckResult,
    ExerciseRef,
    Outcome,
    Result,
    Status,
    SubmissionRef,
    Visibility,
)
from grader.core.retry import until_it_holds
from grader.core.scratch import scratch_folder
from grader.core.specs import Where
from grader.core.text import one_line
from grader.sandbox.ledger import Ledger
from grader.sandbox.preparation import Preparation
from grader.submissions import Work
from grader.submissions.intake import Caps, take

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from grader.core.check import Check
    from grader.core.progress import Progress
    from grader.core.result import Diagnosis
    from grader.exercise.model import Exercise
    from grader.sandbox.engine import Engine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """How an attempt is run, besides what the exercise says."""

    only: Collection[str] = ()
    """Ids of the checks to run, with what they need; empty: all."""
    keep: bool = False
    """Leave image and containers on the engine, for looking at."""
    received_at: datetime | None = None
    submission_id: str | None = None


@dataclass(slots=True)
class _Attempt:
    """What is known so far."""

    exercise: Exercise
    id: str
    started: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    """Fields of the Result."""
    checks: list[CheckResult] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    digest: str | None = None


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
    attempt = _Attempt(exercise, secrets.token_hex(16), datetime.now(UTC))
    with clock.stopwatch() as clocks:
        try:
            with scratch_folder() as scratch:
                _run(attempt, source, scratch, connect, progress or Silent(), options)
            attempt.facts.setdefault("status", Status.GRADED)
        except PolicyError as error:
            attempt.facts |= {"status": Status.REJECTED, "message": error.message, "hint": error.hint}
        except SandboxError as error:
            attempt.facts |= {"status": Status.UNGRADED, "message": error.message, "hint": error.hint}
        except SubmissionError as error:
            _unusable(attempt, error, options)
    return _result(attempt, source, options, {name: round(seconds, 3) for name, seconds in clocks.items()})


def _run(  # noqa: PLR0917 - the parts of one attempt
    attempt: _Attempt, source: Path, scratch: Path, connect: Callable[[], Engine], progress: Progress, options: Options
) -> None:
    file = attempt.exercise.file
    snapshot = take(source, scratch / "submission", Caps(file.submission.max_bytes, file.submission.max_files))
    attempt.digest = snapshot.digest
    attempt.flags += snapshot.notes
    engine = connect()
    try:
        preparation = Preparation(engine, file.images, progress, file.limits.pull)
        ledger = Ledger(engine, attempt.id)
        try:
            ledger.add("folder", str(scratch))
            work = Work(
                snapshot=snapshot,
                exercise=attempt.exercise.folder,
                ledger=ledger,
                preparation=preparation,
                progress=progress,
                images=file.images,
                build=file.build,
                containers=file.containers,
                limits=file.limits,
                allow=file.allow,
                taken=attempt.taken,
                flags=attempt.flags,
                facts=attempt.facts,
            )
            with engine.used(), file.submission.open(work) as target, clock.budget("checks", file.limits.checks):
                _checks(attempt, target, progress, options)
        finally:
            try:
                attempt.facts |= preparation.facts()
            finally:  # a second Ctrl-C, while that waits for the engine, must not leave anything either
                attempt.flags += ledger.leave() if options.keep else ledger.close()
    finally:
        engine.close()


def _checks(attempt: _Attempt, target: Any, progress: Progress, options: Options) -> None:
    chosen = _chosen(attempt.exercise, options.only)
    for check in chosen:
        check.announce(target)
    for check in chosen:
        # Whoever watches may be the student.
        hidden = check.visibility is Visibility.HIDDEN or _waits(check, attempt)
        progress.phase(f"Checking: {'a hidden check' if hidden else check.label}")
        result = _check(check, target, attempt)
        attempt.checks.append(result)
        progress.checked(result)


def _chosen(exercise: Exercise, only: Collection[str]) -> list[Check]:
    """Give the checks to run: all, or some with everything they need."""
    wanted = set(only) or {check.id for check in exercise.file.checks}
    for check in reversed(exercise.file.checks):  # what is needed stands above what needs it
        if check.id in wanted:
            wanted.update(check.needs)
    return [check for check in exercise.file.checks if check.id in wanted]


def _check(check: Check, target: Any, attempt: _Attempt) -> CheckResult:
    started = time.monotonic()
    if _waits(check, attempt):
        return _outcome(check, Outcome.WITHHELD, message="not run before the due date")
    for result in attempt.checks:
        if result.id in check.needs and result.outcome is not Outcome.PASSED:
            return _blocked(check, result)
    try:
        with clock.limit(check.timeout, f"the limit of check '{check.id}'"):
            until_it_holds(check, target)
    except Failure as failure:
        return _failed(check, failure, target, attempt, time.monotonic() - started)
    except Unmet as unmet:
        return _outcome(check, Outcome.SKIPPED, message=str(unmet))
    except (PolicyError, SandboxError):
        raise
    except Exception as error:
        # A bug in a check is nobody's lost point, and must not take the other checks along.
        log.exception("check %s of kind %s is broken", check.id, check.kind)
        message = f"the check itself is broken: {type(error).__name__}: {one_line(str(error))}"
        return _outcome(check, Outcome.ERROR, message=message)
    return _outcome(check, Outcome.PASSED, points=check.points, seconds=time.monotonic() - started)


def _waits(check: Check, attempt: _Attempt) -> bool:
    due = attempt.exercise.file.due
    return check.visibility is Visibility.AFTER_DUE and due is not None and attempt.started < due


def _blocked(check: Check, needed: CheckResult) -> CheckResult:
    """Say why a check isn't run; one that waits for a broken check costs no points either."""
    # A hidden check's title would tell what is looked at.
    name = "a hidden check" if needed.visibility is Visibility.HIDDEN else f"“{needed.title}”"
    if needed.outcome is Outcome.ERROR:
        return _outcome(check, Outcome.ERROR, message=f"needs {name}, which could not be run")
    if needed.outcome is Outcome.WITHHELD:
        return _outcome(check, Outcome.WITHHELD, message=f"needs {name}, which waits for the due date")
    return _outcome(check, Outcome.SKIPPED, message=f"needs {name}, which did not pass")


def _failed(check: Check, failure: Failure, target: Any, attempt: _Attempt, seconds: float) -> CheckResult:
    diagnosis = _diagnosis(check, failure, target, attempt.exercise.container_names)
    return _outcome(
        check,
        Outcome.FAILED,
        message=failure.message,
        expected=failure.expected,
        actual=failure.actual,
        # An explanation already says what to do; the author's own words stand beside it.
        hint=check.hint or (failure.hint if diagnosis is None else None),
        reproduce=failure.reproduce,
        evidence=failure.evidence,
        diagnosis=diagnosis,
        seconds=seconds,
    )


def _diagnosis(check: Check, failure: Failure, target: Any, names: Collection[str] = ()) -> Diagnosis | None:
    from grader.core.abilities import Explains
    from grader.diagnosis import diagnose

    if not isinstance(target, Explains):
        return None
    try:
        case = target.case(check.kind, failure, port=check.asked_port, container=check.in_)
        where = check.in_ if isinstance(check.in_, Where) else None
        case = replace(case, where=where, host_port=check.asked_host_port)
        return diagnose(replace(case, asked=failure.asked, expected=frozenset(names)))
    except Exception:
        # What was found stands without an explanation.
        log.exception("explaining the failure of check %s went wrong", check.id)
        return None


def _outcome(
    check: Check, outcome: Outcome, *, points: Decimal = Decimal(0), seconds: float = 0.0, **details: Any
) -> CheckResult:
    return CheckResult(
        id=check.id,
        title=check.label,
        kind=check.kind,
        outcome=outcome,
        points=points,
        max_points=check.points,
        bonus=check.bonus,
        visibility=check.visibility,
        feedback=check.feedback,
        seconds=round(seconds, 3),
        **details,
    )


def _unusable(attempt: _Attempt, error: SubmissionError, options: Options) -> None:
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
    skipped = [
        _outcome(check, Outcome.SKIPPED, message="there is nothing to look at")
        for check in _chosen(attempt.exercise, options.only)
    ]
    attempt.checks = [line, *skipped]


def _result(attempt: _Attempt, source: Path, options: Options, clocks: dict[str, float]) -> Result:
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
