"""The page of one result: what happened, what to do, and everything that shows it.

`view(result, edition)` prepares a result for the macro `result` of `_result.html.j2`, on whatever page;
`page(view)` makes a page of its own; `file_name(result)` names one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.core.result import Outcome, Status, Visibility
from grader.core.text import one_line
from grader.reports._html import _source, shell
from grader.reports._html._budget import Budget
from grader.reports._html._diff import Difference, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.gradebook import Entry
    from grader.core.report import Edition
    from grader.core.result import CheckResult, Diagnosis, Evidence, Finding, Result
    from grader.reports._html._source import Shown

_UNNAMED: Final = re.compile(r"[^A-Za-z0-9._-]+")
_SEVERAL: Final = 2
_STYLES: Final = ("result.css",)


@dataclass(slots=True)
class Checked:
    """A check, ready to be shown."""

    check: CheckResult
    id: str
    number: int
    expected: str | None = None
    found: str | None = None
    difference: Difference | None = None
    same_cause: tuple[str, str] | None = None
    """Id and title of an earlier check with the same diagnosis."""
    place: tuple[str, str] | None = None
    """Of the diagnosis: id of a line, and what to call it."""
    findings: list[tuple[Finding, str, str | None]] = field(default_factory=list)
    """Each with its text, and the id of its line."""
    evidence: list[tuple[str, str]] = field(default_factory=list)
    """Titles and texts."""

    @property
    def secret(self) -> bool:
        """Whether nothing of it is shown but that it is there."""
        return self.check.kind == "hidden"

    @property
    def silent(self) -> bool:
        """Whether it failed, and its exercise doesn't say why."""
        return self.check.outcome is Outcome.FAILED and self.check.message is None and self.check.actual is None

    @property
    def has_more(self) -> bool:
        """Whether there is anything to unfold."""
        check = self.check
        said = check.message or check.hint or check.reproduce or check.diagnosis
        shown = self.expected is not None or self.found is not None or self.evidence or self.findings
        return bool(said or shown) or check.outcome is not Outcome.PASSED

    @property
    def tags(self) -> Iterator[str]:
        """What is special about it."""
        if self.check.bonus:
            yield "bonus"
        if self.check.visibility is Visibility.HIDDEN and not self.secret:
            yield "hidden from students"
        if self.check.visibility is Visibility.AFTER_DUE and self.check.outcome is not Outcome.WITHHELD:
            yield "after the due date"
        if self.check.waited:
            yield "waited until its time was up"


@dataclass(slots=True)
class View:
    """A result, ready to be shown."""

    result: Result
    edition: Edition
    prefix: str
    level: int
    entry: Entry | None
    budget: Budget
    checks: list[Checked] = field(default_factory=list)
    sources: list[Shown] = field(default_factory=list)

    @property
    def badge(self) -> tuple[str, str]:
        """Kind and word for the whole."""
        match self.result.status:
            case Status.REJECTED:
                return "failed", "Rejected"
            case Status.UNGRADED:
                return "error", "Not graded"
            case _ if self.result.passed:
                return "passed", "Everything passed"
            case _ if self.count(Outcome.FAILED) or self.count(Outcome.SKIPPED):
                return "failed", "Not everything passed"
            case _ if self.count(Outcome.ERROR):
                return "error", "Graded in part"
            case _:
                return "info", "Graded"

    @property
    def fraction(self) -> float | None:
        """How full the bar is; None: there is no score, or nothing to score."""
        score, most = self.result.score, self.result.max_score
        return None if score is None or not most else min(1.0, float(score / most))

    def count(self, outcome: Outcome | str) -> int:
        """Count checks."""
        return sum(one.check.outcome == outcome for one in self.checks)  # templates name it by its word

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Outcomes that there are, with how many."""
        return [(str(outcome), number) for outcome in Outcome if (number := self.count(outcome))]

    @property
    def first(self) -> Checked | None:
        """Where to begin, if there is more than one thing to mend: what comes first is often what others need."""
        if self.count(Outcome.FAILED) + self.count(Outcome.SKIPPED) < _SEVERAL:
            return None
        return next((one for one in self.checks if one.check.outcome is Outcome.FAILED and not one.secret), None)

    @property
    def told(self) -> bool:
        """Whether a check says what stands above all, too."""
        return any(one.check.message == self.result.message for one in self.checks)

    @property
    def unfolds(self) -> bool:
        """Whether any check has more to it."""
        return any(one.has_more for one in self.checks)

    def take(self, text: str) -> str:
        """Give a text as far as there is room; templates ask for what is not prepared here."""
        return self.budget.take(text)


def view(result: Result, edition: Edition, *, prefix: str = "", level: int = 1, entry: Entry | None = None) -> View:
    """Prepare a result; `prefix` keeps ids of several on one page apart, `level` is that of its heading."""
    made = View(result, edition, prefix, level, entry, Budget())
    made.sources = [
        _source.show(one, number, prefix, made.budget) for number, one in enumerate(result.sources, start=1)
    ]
    causes: dict[Diagnosis, tuple[str, str]] = {}
    evidence: set[tuple[str, str]] = set()
    # What failed comes first where room is short.
    order = sorted(range(len(result.checks)), key=lambda at: result.checks[at].outcome is not Outcome.FAILED)
    shown = {at: _checked(made, result.checks[at], at + 1, causes, evidence) for at in order}
    made.checks = [shown[at] for at in range(len(result.checks))]
    return made


def page(shown: View, *, back: tuple[str, str] | None = None) -> str:
    """Make a page; `back` is a link to where it belongs, as address and words, both of which are ours."""
    return shell.page("result.html.j2", styles=_STYLES, view=shown, back=back)


def several(shown: list[View]) -> str:
    """Make one page of several results, one after the other."""
    return shell.page("results.html.j2", styles=_STYLES, views=shown)


def file_name(result: Result) -> str:
    """Name a page so that it is found by eye, is no other's, and is safe on every system."""
    of, by = result.exercise.id, result.submission.id
    digest = hashlib.sha256(f"{of}\0{by}".encode("utf-8", "replace")).hexdigest()
    words = [_UNNAMED.sub("-", text).strip("-.")[:40].lower() for text in (of, by)]
    return "-".join(word for word in (*words, digest[:8]) if word) + ".html"


def remark(shown: View) -> str | None:
    """Say what of a result is not on its page."""
    return shown.budget.remark(f"{shown.result.exercise.id}, {one_line(shown.result.submission.id, 60)}")


def _checked(
    made: View,
    check: CheckResult,
    number: int,
    causes: dict[Diagnosis, tuple[str, str]],
    evidence: set[tuple[str, str]],
) -> Checked:
    shown = Checked(check, f"{made.prefix}c{number}", number)
    _compare(made, shown)
    if check.diagnosis is not None:
        shown.same_cause = causes.get(check.diagnosis)
        causes.setdefault(check.diagnosis, (shown.id, check.title or check.id))
        _locate(made, shown, check.diagnosis)
    for finding in check.findings:
        note = _source.note_of(finding, shown.id, check.title or check.id, made.budget)
        where = next((one for one in made.sources if one.path == finding.path), None)
        if where is not None:
            where.attach(note, finding.line)
        shown.findings.append((finding, note.text, where.place(finding.line) if where is not None else None))
    for one in check.evidence:
        key = (one.title, one.text)
        if key not in evidence and not _repeats(one, check.actual):
            evidence.add(key)
            shown.evidence.append((one.title, made.take(one.text)))
    return shown


def _compare(made: View, shown: Checked) -> None:
    check = shown.check
    if check.expected is not None:
        shown.expected = made.take(check.expected)
    if check.actual is not None:
        shown.found = made.take(check.actual)
    if shown.expected is not None and shown.found is not None:
        shown.difference = compare(_plain(shown.expected, shown.found), shown.found)


def _plain(expected: str, found: str) -> str:
    """Take `equals '…'` off, which would stand out as a difference of its own."""
    if not expected.startswith("equals "):
        return expected
    value = expected.removeprefix("equals ")
    bare = value[1:-1] if value[:1] == value[-1:] == "'" and found[:1] != "'" else value
    return bare or expected


def _locate(made: View, shown: Checked, diagnosis: Diagnosis) -> None:
    """Link a diagnosis with the line that it is about, once for each diagnosis."""
    taken = made.result.submission.taken
    path = taken.get("dockerfile") or taken.get("commands")
    where = next((one for one in made.sources if one.path == path), None)
    if where is None or diagnosis.line is None or not 1 <= diagnosis.line <= len(where.lines):
        return
    shown.place = (where.place(diagnosis.line), f"line {diagnosis.line}")
    if shown.same_cause is None:
        title = shown.check.title or shown.check.id
        where.attach(_source.Note("cause", "failed", diagnosis.summary, "", shown.id, title), diagnosis.line)


def _repeats(evidence: Evidence, found: str | None) -> bool:
    """Whether raw material is what was found, once more."""
    return bool(evidence.text.strip()) and evidence.text.strip("\n") == (found or "").strip("\n")
