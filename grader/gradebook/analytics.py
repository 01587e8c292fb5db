"""How the checks of an exercise did over a class: what they tell, what they cost, and which one to look at first.

Looked at is one attempt of each student: the one that counts. What people decided by hand is left out, since this is
about the checks. Attempts are read one at a time; of each, only numbers are kept.
"""

from __future__ import annotations

import itertools
import re
import statistics
from array import array
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

from grader.core.analysis import Analysis, Cause, CheckStats
from grader.core.result import Outcome, Status
from grader.core.text import one_line
from grader.gradebook._numbers import discrimination, times_of
from grader.gradebook._suspects import suspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.core.gradebook import Gradebook
    from grader.core.result import CheckResult, Result
    from grader.gradebook.counting import Counts
    from grader.store import Store

_EXAMPLES: Final = 3
_MOST_CAUSES: Final = 5
_MOST_MESSAGES: Final = 1_000
"""Different messages that are counted: students' words may be in them."""
_JUDGED: Final = frozenset([Outcome.PASSED, Outcome.FAILED])
_ASKED: Final = _JUDGED | {Outcome.SKIPPED}
_NOTHING: Final = Decimal(0)
_NONE: Final = (_NOTHING, _NOTHING)
# What is another for each attempt: tokens, ids. It meets a hundred characters, and can't backtrack far.
_RANDOM: Final = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{6,}\b")


def analyse(store: Store, exercise: str, counts: Counts = "chosen", book: Gradebook | None = None) -> Analysis:
    """Look at the attempts that count in one exercise; `book` has them, where it was worked out already."""
    from grader.gradebook.book import build

    book = book or build(store, [exercise], counts, details=False)
    entries = [entry for entry in book.entries if entry.exercise == exercise]
    standing = Counter(entry.status for entry in entries)
    # The same work of several students has one attempt, and counts for each of them.
    students: dict[str, list[str]] = {}
    for entry in entries:
        if entry.attempt is not None:
            students.setdefault(entry.attempt, []).append(entry.student)
    results = ((who, result) for attempt, result in store.results(students) for who in students[attempt])
    found = summed(exercise, results)
    return found.model_copy(update={"missing": standing["missing"], "ungraded": standing["ungraded"]})


def summed(exercise: str, results: Iterable[tuple[str, Result]]) -> Analysis:
    """Sum results up, each with whose it is, in one pass."""
    tally = _Tally()
    for student, result in results:
        tally.add(student, result)
    checks = tuple(one.stats() for one in tally.checks.values())
    return Analysis(
        exercise=exercise,
        title=tally.title,
        graded=tally.statuses[Status.GRADED],
        rejected=tally.statuses[Status.REJECTED],
        ungraded=tally.statuses[Status.UNGRADED],
        missing=0,
        all_passed=tally.all_passed,
        median_score=_rounded(statistics.median(tally.scores)) if tally.scores else None,
        max_score=tally.most,
        checks=checks,
        phases={name: made for name, some in sorted(tally.phases.items()) if (made := times_of(some)) is not None},
        seconds=times_of(tally.seconds),
        first=tuple(suspects(checks)),
    )


@dataclass(slots=True)
class _Check:
    id: str
    title: str = ""
    kind: str = ""
    most: Decimal = Decimal(0)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    said: dict[str, str] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    unexplained: int = 0
    passed: bytearray = field(default_factory=bytearray)
    rest: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))

    def add(self, student: str, check: CheckResult, rest: float | None) -> None:
        self.title, self.kind, self.most = check.title, check.kind, check.max_points
        self.outcomes[check.outcome] += 1
        if check.outcome in _JUDGED or check.outcome is Outcome.ERROR:
            self.seconds.append(check.seconds)
        if check.outcome in _JUDGED and rest is not None:
            self.passed.append(check.outcome is Outcome.PASSED)
            self.rest.append(rest)
        if check.outcome is Outcome.FAILED:
            self._explain(student, check)

    def _explain(self, student: str, check: CheckResult) -> None:
        if check.diagnosis is not None:
            name = f"diagnosis {check.diagnosis.cause}"
            self.said.setdefault(name, check.diagnosis.summary)
            self.causes[check.diagnosis.cause] += 1
        else:
            self.unexplained += 1
            said = _RANDOM.sub("…", one_line(check.message or "without a message", 100))
            if said not in self.messages and len(self.messages) >= _MOST_MESSAGES:
                said = "other messages"
            name = f"message {said}"
            self.messages[said] += 1
        shown = self.examples.setdefault(name, [])
        if len(shown) < _EXAMPLES:
            shown.append(student)

    def stats(self) -> CheckStats:
        number = self.outcomes
        judged = number[Outcome.PASSED] + number[Outcome.FAILED]
        alone = judged and not self.rest
        tells, why_not = (None, "there is no other check") if alone else discrimination(self.passed, self.rest)
        return CheckStats(
            id=self.id,
            title=self.title,
            kind=self.kind,
            max_points=self.most,
            **{outcome.value: number[outcome] for outcome in Outcome},
            pass_rate=number[Outcome.PASSED] / judged if judged else None,
            discrimination=tells,
            why_not=why_not,
            unexplained=self.unexplained,
            causes=tuple(itertools.islice(self._causes(), _MOST_CAUSES)),
            seconds=times_of(self.seconds),
        )

    def _causes(self) -> Iterator[Cause]:
        every: list[tuple[int, str | None, str]] = [
            *((count, cause, f"diagnosis {cause}") for cause, count in self.causes.items()),
            *((count, None, f"message {said}") for said, count in self.messages.items()),
        ]
        for count, cause, name in sorted(every, key=lambda one: (-one[0], one[2])):
            summary = self.said[name] if cause is not None else name.removeprefix("message ")
            yield Cause(cause=cause, summary=summary, count=count, students=tuple(self.examples[name]))


@dataclass(slots=True)
class _Tally:
    title: str = ""
    statuses: Counter[Status] = field(default_factory=Counter)
    all_passed: int = 0
    most: Decimal | None = None
    scores: list[Decimal] = field(default_factory=list)
    checks: dict[str, _Check] = field(default_factory=dict)
    phases: dict[str, array[float]] = field(default_factory=dict)
    seconds: array[float] = field(default_factory=lambda: array("d"))

    def add(self, student: str, result: Result) -> None:
        self.title = result.exercise.title
        self.statuses[result.status] += 1
        if result.status is not Status.GRADED:
            return
        self.all_passed += result.passed
        if result.score is not None:
            self.scores.append(result.score)
        if result.max_score is not None:
            self.most = max(self.most or Decimal(0), result.max_score)
        self.seconds.append((result.finished_at - result.started_at).total_seconds())
        for name, seconds in result.clocks.items():
            self.phases.setdefault(name, array("d")).append(seconds)
        worth = {
            one.id: (one.points, one.max_points) for one in result.checks if one.outcome in _ASKED and not one.bonus
        }
        earned, possible = (sum(column, _NOTHING) for column in zip(*worth.values(), strict=True)) if worth else _NONE
        for check in result.checks:
            points, most = worth.get(check.id, _NONE)
            rest = float((earned - points) / (possible - most)) if possible > most else None
            self.checks.setdefault(check.id, _Check(check.id)).add(student, check, rest)


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
