"""What of a result is worth an annotation on GitHub, the most important first."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from grader.core.result import Outcome, Status
from grader.core.text import clip, one_line
from grader.reports._workflow import command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.core.result import CheckResult, Finding, Result

MOST: Final = 10
"""Annotations of one kind that GitHub shows of one step."""
_LONGEST: Final = 2_000
"""Characters of a message: GitHub cuts what is much longer."""
_LEVELS: Final[dict[str, Level]] = {"error": "error", "warning": "warning", "info": "notice", "style": "notice"}

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One of them."""

    level: Level
    title: str
    message: str
    path: str | None = None
    line: int | None = None

    def written(self, below: str) -> str:
        """Give the command; `below` is the folder of the submission in the repository."""
        path = posixpath.join(below, self.path) if self.path else None
        # Without a line GitHub puts it at the first one, where nothing of it is.
        return command(
            self.level, self.message, {"file": path, "line": self.line if path else None, "title": self.title}
        )


def annotated(result: Result) -> list[Annotation]:
    """Give those of a result: of all of it, then what is at a line of a file, then the rest."""
    return [*_whole(result), *sorted(_checks(result), key=lambda one: one.line is None)]


def capped(found: Iterable[Annotation]) -> tuple[list[Annotation], int]:
    """Give those that GitHub shows, and the number of those that it would not."""
    kept: list[Annotation] = []
    left = 0
    for one in found:
        if sum(other.level == one.level for other in kept) < MOST:
            kept.append(one)
        else:
            left += 1
    return kept, left


def _whole(result: Result) -> Iterator[Annotation]:
    match result.status:
        case Status.UNGRADED:
            told = _joined(result.message or "the machine that grades had a problem.", result.hint)
            yield Annotation("warning", "Not graded: a fault of the machine, not of the submission", told)
        case Status.REJECTED:
            told = _joined(result.message or "the submission breaks a rule of the exercise.", result.hint)
            yield Annotation("error", "Rejected, no score", told)
        case _ if result.message and not any(check.message == result.message for check in result.checks):
            yield Annotation("error", "What happened", _joined(result.message, result.hint))


def _checks(result: Result) -> Iterator[Annotation]:
    source = result.submission.taken.get("dockerfile") or result.submission.taken.get("commands")
    seen: set[tuple[str | None, int | None, str]] = set()
    for check in result.checks:
        for one, said in _check(check, source):
            # Several checks may fail for one cause, at one line.
            if said is None or (one.path, one.line, said) not in seen:
                seen.add((one.path, one.line, said or ""))
                yield one


def _check(check: CheckResult, source: str | None) -> Iterator[tuple[Annotation, str | None]]:
    """Give the annotations of a check, each with what other checks might say once more."""
    title = one_line(check.title or check.id, 120)
    if check.outcome is Outcome.ERROR:
        told = check.message or "It could not be checked."
        yield Annotation("warning", f"{title}: not counted", _joined(told, "This costs no points.")), None
        return
    cause = check.diagnosis if check.outcome is Outcome.FAILED else None
    findings = [one for one in check.findings if cause is None or one.rule != cause.cause]
    yield from ((_finding(one, check), one.message) for one in findings)
    if check.outcome is not Outcome.FAILED or (findings and cause is None):
        return
    told = check.message or "This check failed; its details are not shown."
    if cause is None:
        yield Annotation("error", title, _joined(told, f"Hint: {check.hint}" if check.hint else None)), None
        return
    place = next((one for one in check.findings if one.rule == cause.cause), None)
    path, line = (place.path, place.line) if place is not None else (source, cause.line)
    told = _joined(told, f"Why: {cause.summary}", f"Fix: {cause.fix}")
    if path and line is not None:
        yield Annotation("error", title, told, path, line), cause.summary
    else:
        yield Annotation("error", title, told), None


def _finding(finding: Finding, check: CheckResult) -> Annotation:
    level = _LEVELS[finding.level]
    if check.outcome is not Outcome.FAILED and level == "error":
        level = "warning"  # an error is what costs points
    # A rule of a linter can be looked up; the name of a kind of check says nothing to a student.
    title = one_line(finding.rule, 60) if finding.rule != check.kind else one_line(check.title or check.id, 120)
    return Annotation(level, title, _joined(finding.message), finding.path, finding.line)


def _joined(*parts: str | None) -> str:
    return clip("\n".join(part for part in parts if part), _LONGEST)
