"""What a class page keeps of each result: a line, so that thousands need little memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.core.result import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from grader.core.cohort import Cohort
    from grader.core.gradebook import Entry
    from grader.core.handin import Person
    from grader.core.result import Result

ORDER: Final = (Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED, Outcome.WITHHELD, Outcome.PASSED)
"""How outcomes are sorted: what asks for a look comes first."""


class Mark(NamedTuple):
    """What became of one check."""

    column: int
    outcome: Outcome
    points: Decimal
    max_points: Decimal


@dataclass(slots=True)
class Column:
    """One check of an exercise."""

    id: str
    title: str
    kind: str
    max_points: Decimal
    bonus: bool
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(ORDER, 0))

    @property
    def judged(self) -> int:
        """How many passed or failed it."""
        return self.counts[Outcome.PASSED] + self.counts[Outcome.FAILED]

    @property
    def rate(self) -> float | None:
        """The share that passed, of those that passed or failed."""
        return self.counts[Outcome.PASSED] / self.judged if self.judged else None


class Kept(NamedTuple):
    """What is kept of one result."""

    submission: str
    status: str
    score: Decimal | None
    max_score: Decimal | None
    passed: bool
    marks: tuple[Mark, ...]
    message: str | None
    flags: tuple[str, ...]


@dataclass(slots=True)
class Exercise:
    """One exercise's results."""

    id: str
    title: str
    columns: dict[str, Column] = field(default_factory=dict)
    """The checks that results have had so far, by their ids; those of an earlier state of the exercise, too."""
    places: dict[str, int] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    """By attempt and whose it is: the same work of several was graded once, and decided about for each."""


class Owner(NamedTuple):
    """Whose result something is."""

    key: str
    """What the person is known by."""
    person: Person | None
    entry: Entry | None


class Ledger:
    """Knows whose each result is, and keeps what tables need of it."""

    def __init__(self, cohort: Cohort | None) -> None:
        self.cohort = cohort
        self.exercises: dict[str, Exercise] = {}
        self.people: dict[str, Person] = {}
        self.entries: dict[tuple[str, str], Entry] = {}
        """By exercise and student."""
        self._owners: dict[tuple[str, str], list[Owner]] = {}
        self._marks: dict[Mark, Mark] = {}
        if cohort is not None:
            self._take(cohort)

    def _take(self, cohort: Cohort) -> None:
        for task in cohort.book.tasks:
            self.exercises[task.id] = Exercise(task.id, task.title)
        self.people = {person.id: person for person in cohort.book.people}
        if not any(person.on_roster for person in self.people.values()):  # there is none to be missing from
            self.people = {name: one.model_copy(update={"on_roster": True}) for name, one in self.people.items()}
        for entry in cohort.book.entries:
            self.entries[entry.exercise, entry.student] = entry
            if entry.attempt is not None:  # of the same work, there is one attempt for several
                owner = Owner(entry.student, self.people.get(entry.student), entry)
                self._owners.setdefault((entry.exercise, entry.attempt), []).append(owner)

    def owners(self, result: Result) -> tuple[Owner, ...]:
        """Say whose a result is: theirs who handed it in, or of all with this attempt if it is of none of them.

        One that the gradebook doesn't know belongs to its submission.
        """
        found = self._owners.get((result.exercise.id, result.attempt), ())
        mine = [owner for owner in found if owner.key == result.submission.id]
        return tuple(mine or found) or (Owner(result.submission.id, None, None),)

    def number(self, exercise: str) -> int:
        """Give the place of an exercise that has been seen, from 1."""
        return 1 + next(place for place, known in enumerate(self.exercises) if known == exercise)

    def keep(self, result: Result) -> str:
        """Keep what tables need; gives the attempt that it is kept under."""
        if result.exercise.id not in self.exercises:
            self.exercises[result.exercise.id] = Exercise(result.exercise.id, result.exercise.title)
        exercise = self.exercises[result.exercise.id]
        owners, key = self.owners(result), result.attempt
        while self.cohort is None and (key, result.submission.id) in exercise.kept:
            key += "+"  # results from files may be of one and the same attempt
        kept = Kept(
            result.submission.id, result.status.value, result.score, result.max_score, result.passed,
            tuple(self._marked(exercise, result, len(owners))), result.message, result.flags,
        )  # fmt: skip
        exercise.kept.update({(key, owner.key): kept for owner in owners})
        return key

    def _marked(self, exercise: Exercise, result: Result, weight: int) -> Iterator[Mark]:
        for check in result.checks:
            place = exercise.places.setdefault(check.id, len(exercise.places))
            if check.id not in exercise.columns:
                exercise.columns[check.id] = Column(check.id, check.title, check.kind, check.max_points, check.bonus)
            exercise.columns[check.id].counts[check.outcome] += weight
            mark = Mark(place, check.outcome, check.points, check.max_points)
            yield self._marks.setdefault(mark, mark)  # nearly all are alike
