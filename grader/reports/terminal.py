"""The `terminal` report: what a person reads right after a run."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, TextIO

from grader.core.quantities import show_points, show_seconds
from grader.core.report import Report
from grader.core.result import Outcome, Status

if TYPE_CHECKING:
    from grader.core.result import CheckResult, Result
    from grader.reports._failure import Told
    from grader.reports._screen import Screen

_SHORT: Final = 0.05
"""Seconds: a phase that took less is not worth a word."""
_SKIPPED: Final = "Not looked at: something it needs did not pass."
_WITHHELD: Final = "Is checked after the due date."
_COUNTED: Final = {
    Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.SKIPPED: "skipped",
    Outcome.ERROR: "not counted", Outcome.WITHHELD: "not run",
}  # fmt: skip


class Terminal(Report):
    """One line per check, and below a failed one: what was expected and found, why, what to do, how to see it oneself.

    In colour on a terminal and plain elsewhere; between 40 and 120 columns wide.
    """

    suffix: ClassVar[str] = "txt"

    def start(self, stream: TextIO) -> None:
        from grader.reports._screen import Screen

        super().start(stream)
        self._screen = Screen(stream)

    def add(self, result: Result) -> None:
        self._screen.gap()
        _head(self._screen, result)
        from grader.reports._failure import Told

        if result.transcript is not None:
            from grader.reports._transcript import show

            show(self._screen, result.transcript)
        taken = result.submission.taken
        source = taken.get("dockerfile") or taken.get("commands") or "Dockerfile"
        told = Told()
        reason: str | None = None
        for check in result.checks:
            _check(self._screen, check, source, told)
            if check.outcome not in {Outcome.SKIPPED, Outcome.WITHHELD}:
                reason = None
            elif (why := _reason(check)) != reason and (reason is None or check.message is not None):
                # Said once for checks in a row: a reader needn't compare nine equal lines.
                reason = why
                self._screen.line(reason, "dim", indent=4)
        _foot(self._screen, result)


def _reason(check: CheckResult) -> str:
    """Say why a check was not run."""
    if check.outcome is Outcome.SKIPPED:
        return check.message or _SKIPPED
    return f"{check.message[:1].upper()}{check.message[1:]}." if check.message else _WITHHELD


def _head(screen: Screen, result: Result) -> None:
    screen.line(result.exercise.title, "bold")
    taken = ", ".join(f"{name} {value}" for name, value in result.submission.taken.items())
    screen.line(f"Submission {result.submission.id}" + (f" ({taken})" if taken else ""), "dim")
    screen.gap()
    told = any(check.message == result.message for check in result.checks)
    if result.status is Status.GRADED and result.message and not told:
        screen.line(result.message, "bold red")
        if result.hint:
            screen.line(result.hint)
        screen.gap()


def _check(screen: Screen, check: CheckResult, source: str, told: Told) -> None:
    from grader.reports._failure import explain

    bonus = " bonus" if check.bonus else ""
    counted = "-" if check.outcome in {Outcome.ERROR, Outcome.WITHHELD} else show_points(check.points)
    points = f"{counted}/{show_points(check.max_points)}{bonus}" if check.max_points else ""
    screen.row(check.outcome, check.title or check.id, points)
    match check.outcome:
        case Outcome.FAILED:
            explain(screen, check, source, told)
        case Outcome.ERROR:
            screen.line(check.message or "It could not be checked.", indent=4)
            screen.line("This is a fault of the exercise or the machine, not yours: it costs no points.", indent=4)
            screen.gap()


def _foot(screen: Screen, result: Result) -> None:
    screen.gap()
    match result.status:
        case Status.REJECTED:
            screen.line(
                f"Rejected, no score: {result.message or 'the submission breaks a rule of the exercise.'}", "bold red"
            )
            screen.line(result.hint or "A person has to look at it. Ask your instructor if you don't know why.")
        case Status.UNGRADED:
            screen.line(f"Not graded: {result.message or 'the machine that grades had a problem.'}", "bold magenta")
            screen.line(result.hint or "This is not your fault and costs nothing. Try again later.")
        case _:
            _score(screen, result)
    standins = ", ".join(image.ref for image in result.images if image.standin)
    if standins:
        screen.line(f"Note: stand-ins took the place of the real {standins}.", "yellow")
    for flag in result.flags:
        screen.line(f"Note: {flag}", "yellow")
    if any("IMAGE" in (check.reproduce or "") for check in result.checks if check.outcome is Outcome.FAILED):
        screen.line("In the commands above, IMAGE is your image's name, as in: docker build -t NAME .", "dim")
    phases = ", ".join(
        f"{name} {show_seconds(seconds)}" for name, seconds in result.clocks.items() if seconds >= _SHORT
    )
    took = show_seconds((result.finished_at - result.started_at).total_seconds())
    screen.line(f"Took {took}" + (f" ({phases})." if phases else "."), "dim")


def _score(screen: Screen, result: Result) -> None:
    counts = ", ".join(
        f"{number} {word}"
        for outcome, word in _COUNTED.items()
        if (number := sum(check.outcome is outcome for check in result.checks))
    )
    score = f"Score: {show_points(result.score or Decimal(0))} of {show_points(result.max_score or Decimal(0))}"
    screen.line(f"{score}  ({counts})", "bold green" if result.passed else "bold")
