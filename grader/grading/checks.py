"""The checks of an attempt, run one after the other: each ends in an outcome, whatever it meets."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from grader.core import clock
from grader.core.errors import Broken, Failure, Mismatch, PolicyError, SandboxError, TimedOut, Unmet
from grader.core.result import NEEDS_ENGINE, CheckResult, Finding, Outcome, Visibility
from grader.core.retry import until_it_holds
from grader.core.specs import Where
from grader.core.text import keep, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from grader.core.check import Check
    from grader.core.progress import Progress
    from grader.core.result import Diagnosis
    from grader.core.setting import Setting
    from grader.exercise.model import Exercise
    from grader.grading.attempt import Attempt

log = logging.getLogger(__name__)

_LONG: Final = 2.0
"""Seconds from which on something that is missing may only be late."""
_OF_TIME: Final = frozenset({"build_timeout", "not_listening"})
"""Causes that may come of a slow machine; with any other one, more time would not help."""


def run_checks(
    attempt: Attempt, target: Any, progress: Progress, only: Collection[str], setting: Setting | None = None
) -> None:
    """Run the checks that are wanted, with all that they need; their results are added to the attempt."""
    checks = chosen(attempt.exercise, only)
    for check in checks:
        if check.id not in attempt.left_out:
            check.announce(target)
    for check in checks:
        if check.id in attempt.left_out:
            attempt.checks.append(outcome(check, Outcome.WITHHELD, message=NEEDS_ENGINE))
            progress.checked(attempt.checks[-1])
            continue
        with _parts(check, attempt, setting, only) as parts:
            for part in parts:
                # Whoever watches may be the student.
                hidden = part.visibility is Visibility.HIDDEN or _waits(check, attempt)
                progress.phase(f"Checking: {'a hidden check' if hidden else part.label}")
                attempt.parts[part.id] = check.id
                result = _withheld(part) if _waits(check, attempt) else _check(part, target, attempt)
                attempt.checks.append(result)
                progress.checked(result)


def skip_checks(attempt: Attempt, only: Collection[str], setting: Setting | None, message: str) -> None:
    """Add what is wanted to the attempt's results without looking at anything."""
    for check in chosen(attempt.exercise, only):
        with _parts(check, attempt, setting, only) as parts:
            attempt.parts |= {part.id: check.id for part in parts}
            attempt.checks += [outcome(part, Outcome.SKIPPED, message=message) for part in parts]


@contextmanager
def _parts(check: Check, attempt: Attempt, setting: Setting | None, only: Collection[str]) -> Iterator[Sequence[Check]]:
    """Give what is wanted of a check; for one of which that can't be told, its result is added to the attempt."""
    if setting is None or not check.several:
        yield (check,)
        return
    names = [one.id for one in attempt.exercise.file.checks]
    above = frozenset({*names[: names.index(check.id)], *attempt.parts})
    with ExitStack() as stack:
        try:
            parts = stack.enter_context(check.expand(replace(setting, ids=setting.ids | above, above=above)))
        except (PolicyError, SandboxError):
            raise
        except Exception as error:  # noqa: BLE001 - what a check's bug may come to is an outcome
            attempt.checks.append(_error(check, error))
            parts = ()
        whole = check.id in _whole(attempt.exercise, only)
        yield parts if whole else [part for part in parts if part.id in only]


def chosen(exercise: Exercise, only: Collection[str]) -> list[Check]:
    """Give the checks to run: all, or some with everything they need; also those of which parts are wanted."""
    wanted = _whole(exercise, only)
    return [check for check in exercise.file.checks if check.id in wanted or _partly(check, only)]


def _whole(exercise: Exercise, only: Collection[str]) -> set[str]:
    """Name the checks that are wanted with all their parts."""
    wanted = set(only) or {check.id for check in exercise.file.checks}
    for check in reversed(exercise.file.checks):  # what is needed stands above what needs it
        if check.id in wanted or _partly(check, only):
            wanted.update(check.needs)
    return wanted


def _partly(check: Check, only: Collection[str]) -> bool:
    """Whether a part of a check may be wanted: what it has is known once it is run, and begins with its id."""
    return check.several and any(one.startswith(f"{check.id}-") for one in only)


def _check(check: Check, target: Any, attempt: Attempt) -> CheckResult:
    started = time.monotonic()
    for result in attempt.checks:
        # Of a check with several results, all of them are needed.
        needed = result.id in check.needs or attempt.parts.get(result.id) in check.needs
        # What could not be run here says nothing against a check that can be.
        if needed and result.outcome is not Outcome.PASSED and result.id not in attempt.left_out:
            return _blocked(check, result)
    try:
        with clock.limit(check.timeout, f"the limit of check '{check.id}'"):
            until_it_holds(check, target)
    except Failure as failure:
        return _failed(check, failure, target, attempt, time.monotonic() - started)
    except Unmet as unmet:
        return outcome(check, Outcome.SKIPPED, message=str(unmet))
    except (PolicyError, SandboxError):
        raise
    except Exception as error:  # noqa: BLE001 - what a check's bug may come to is an outcome
        return _error(check, error)
    return outcome(check, Outcome.PASSED, points=check.points, seconds=time.monotonic() - started)


def _error(check: Check, error: Exception) -> CheckResult:
    """Say what is wrong with a check: a bug in it is nobody's lost point, and must not take the others along."""
    if isinstance(error, Broken):
        return outcome(check, Outcome.ERROR, message=str(error))
    log.error("check %s of kind %s is broken", check.id, check.kind, exc_info=error)
    message = f"the check itself is broken: {type(error).__name__}: {one_line(str(error))}"
    return outcome(check, Outcome.ERROR, message=message)


def _withheld(check: Check) -> CheckResult:
    return outcome(check, Outcome.WITHHELD, message="not run before the due date")


def waiting(attempt: Attempt, checks: Sequence[Check]) -> list[Check]:
    """Give those of the checks that are not run before the due date."""
    return [check for check in checks if _waits(check, attempt)]


def _waits(check: Check, attempt: Attempt) -> bool:
    due = attempt.exercise.file.due
    return check.visibility is Visibility.AFTER_DUE and due is not None and attempt.started < due


def _blocked(check: Check, needed: CheckResult) -> CheckResult:
    """Say why a check isn't run; one that waits for a broken check costs no points either."""
    # A hidden check's title would tell what is looked at.
    name = "a hidden check" if needed.visibility is Visibility.HIDDEN else f"“{needed.title}”"
    if needed.outcome is Outcome.ERROR:
        return outcome(check, Outcome.ERROR, message=f"needs {name}, which could not be run")
    if needed.outcome is Outcome.WITHHELD:
        return outcome(check, Outcome.WITHHELD, message=f"needs {name}, which waits for the due date")
    return outcome(check, Outcome.SKIPPED, message=f"needs {name}, which did not pass")


def _failed(check: Check, failure: Failure, target: Any, attempt: Attempt, seconds: float) -> CheckResult:
    diagnosis = explanation(check, failure, target, attempt.exercise.container_names)
    if diagnosis is not None and diagnosis.flag is not None:
        # It is said once, above the checks, however many of them it explains.
        attempt.flags += [diagnosis.flag] if diagnosis.flag not in attempt.flags else []
        diagnosis = diagnosis.model_copy(update={"flag": None})
    return outcome(
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
        findings=_findings(failure, diagnosis, attempt),
        seconds=seconds,
        waited=_waited(failure, diagnosis, seconds),
    )


def _findings(failure: Failure, diagnosis: Diagnosis | None, attempt: Attempt) -> tuple[Finding, ...]:
    """Give what is wrong at which line: as the check says, or else as the explanation does."""
    found = failure.findings
    if not found and diagnosis is not None and diagnosis.line is not None:
        line = diagnosis.line
        found = (Finding(rule=diagnosis.cause, level="error", message=diagnosis.summary, line=line),)
    taken = {"path": keep(attempt.taken.get("dockerfile") or attempt.taken.get("commands") or "Dockerfile")}
    return tuple(one if "path" in one.model_fields_set else one.model_copy(update=taken) for one in found)


def _waited(failure: Failure, diagnosis: Diagnosis | None, seconds: float) -> bool:
    """Whether more time, or a faster machine, might have helped."""
    in_time = isinstance(failure, Mismatch) or not (isinstance(failure, TimedOut) or seconds >= _LONG)
    return not in_time and (diagnosis is None or diagnosis.cause in _OF_TIME)


def explanation(check: Check, failure: Failure, target: Any, names: Collection[str] = ()) -> Diagnosis | None:
    """Work out why a check failed; None where that isn't known. Of several failures told as one, the surest cause."""
    if failure.parts:
        found = [explanation(check, part, target, names) for part in failure.parts]
        return max((one for one in found if one is not None), key=lambda one: one.certainty, default=None)
    from grader.core.abilities import Explains
    from grader.diagnosis import diagnose

    if not failure.explained or not isinstance(target, Explains):
        return None
    try:
        check = failure.check or check
        case = target.case(check.kind, failure, port=check.asked_port, container=check.in_)
        where = check.in_ if isinstance(check.in_, Where) else None
        case = replace(case, where=where, host_port=check.asked_host_port)
        return diagnose(replace(case, asked=failure.asked, expected=frozenset(names)))
    except Exception:
        # What was found stands without an explanation.
        log.exception("explaining the failure of check %s went wrong", check.id)
        return None


def outcome(
    check: Check, outcome: Outcome, *, points: Decimal = Decimal(0), seconds: float = 0.0, **details: Any
) -> CheckResult:
    """Give the result of a check."""
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
