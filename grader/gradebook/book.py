"""The gradebook: for each student and exercise what counts, worked out anew from the store whenever it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from grader.core.gradebook import Entry, Gradebook, Task
from grader.core.late import Lateness, reduced, told
from grader.core.quantities import show_points
from grader.core.result import Outcome, Status
from grader.gradebook import overrides
from grader.gradebook.counting import NOT_YET, Counts, Standing, counting, standings
from grader.gradebook.feedback import bounded, feedback
from grader.gradebook.people import everybody
from grader.gradebook.terms import Terms
from grader.gradebook.whose import flags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.core.gradebook import Override
    from grader.core.handin import Person
    from grader.core.result import Result
    from grader.store import Store


def build(
    store: Store,
    exercises: Sequence[str] | None = None,
    counts: Counts = "chosen",
    *,
    gradings: Sequence[int] | None = None,
    student: str | None = None,
    details: bool = True,
) -> Gradebook:
    """Give the scores of everybody on the roster or with a hand-in, for `exercises` (default: all of the store).

    `gradings` looks at nothing but these, `student` at one person. Without `details`, no stored Result is opened but
    those of attempts with an overridden check: there is no feedback then, and what results say themselves is missing.
    """
    chosen = list(exercises) if exercises is not None else store.exercises()
    return _Builder(store, chosen, counts, gradings, student).build(details=details)


@dataclass(slots=True)
class _Worth:
    """What one hand-in is worth."""

    late: Lateness
    raw: Decimal | None = None
    most: Decimal | None = None
    score: Decimal | None = None
    notes: list[str] = field(default_factory=list)
    changed: Result | None = None
    """Its result, where a person has changed checks of it."""


class _Builder:
    def __init__(
        self, store: Store, exercises: list[str], counts: Counts, gradings: Sequence[int] | None, student: str | None
    ) -> None:
        self.store = store
        self.exercises = exercises
        self.counts = counts
        self.choices = store.choices()
        self.found = standings(store, exercises, gradings, student)
        self.people = [
            person
            for person in everybody(store, (student for _, student in self.found))
            if student in {None, person.id}
        ]
        self.terms = Terms(store)
        self.overrides: dict[tuple[str, str], list[Override]] = {}
        for row in store.overrides():
            self.overrides.setdefault((row.exercise, row.student), []).append(row.override)

    def build(self, *, details: bool) -> Gradebook:
        facts: list[dict[str, Any]] = []
        changed: dict[int, Result] = {}
        for person in self.people:
            for exercise in self.exercises:
                fact, result = self._entry(exercise, person)
                if details and result is not None:
                    changed[len(facts)] = result
                facts.append(fact)
        if details:
            self._details(facts, changed)
        entries = tuple(Entry(**fact) for fact in facts)
        return Gradebook(tasks=tuple(self._tasks()), people=tuple(self.people), entries=entries)

    def _entry(self, exercise: str, person: Person) -> tuple[dict[str, Any], Result | None]:
        """Give the fields of an entry, and the result that it is of where a person has changed it."""
        found = self.found.get((exercise, person.id), [])
        decided = self.overrides.get((exercise, person.id), [])
        whole = next((one for one in decided if one.check is None), None)
        fact: dict[str, Any] = {"exercise": exercise, "student": person.id, "overrides": tuple(decided)}
        if not found:
            fact |= {"status": "missing", "score": whole.points if whole else None}
            if whole is not None:
                fact["max_score"] = self._most(exercise)
            return fact, None
        worth = {one.handin.id: self._worth(exercise, person, one, decided) for one in found}
        one = counting(
            found, self.counts, self.choices.get((exercise, person.id)), lambda it: worth[it.handin.id].score
        )
        made = worth[one.handin.id]
        fact |= {"handin": one.handin.id, "attempts": len(found), "received_at": one.handin.received_at}
        fact |= {"raw": made.raw, "max_score": made.most, "score": made.score, "status": "ungraded"}
        if one.attempt is not None:
            fact |= {"attempt": one.attempt.id, "graded_at": one.attempt.finished_at, "status": one.attempt.status}
        else:
            fact["message"] = one.trouble
        if made.late.seconds:
            fact |= {"late_percent": made.late.percent, "late_seconds": made.late.seconds}
        if whole is not None:
            fact |= {"score": whole.points, "max_score": made.most or self._most(exercise)}
            fact |= {"late_percent": Decimal(0)} if "late_percent" in fact else {}
        fact["flags"] = (*self._flags(exercise, one, made.late, found), *made.notes, *one.handin.notes)
        return fact, made.changed

    def _worth(self, exercise: str, person: Person, one: Standing, decided: Sequence[Override]) -> _Worth:
        attempt = one.attempt
        digest = attempt.exercise_digest if attempt is not None else None
        # The times of files are those of a copy or of a download as often as not: nobody is held to them.
        received = one.handin.received_at if one.handin.received_by != "file" else None
        made = _Worth(self.terms.lateness(exercise, digest, person, received))
        if attempt is None:
            return made
        made.raw, made.most = attempt.score, attempt.max_score
        if any(each.check is not None for each in decided):
            made.changed, made.notes = overrides.apply(self.store.result(attempt.id), decided)
            made.raw, made.most = made.changed.score, made.changed.max_score
        made.score = reduced(made.raw, made.late) if made.raw is not None else None
        return made

    def _flags(self, exercise: str, one: Standing, late: Lateness, found: Sequence[Standing]) -> Iterable[str]:
        if one.settled and one.trouble is not None:
            again = "a newer grading has not come to it" if one.trouble == NOT_YET else f"regrade failed: {one.trouble}"
            yield f"{again}; the older score stays"
        latest = self.terms.latest(exercise)
        if one.attempt is not None and latest is not None and one.attempt.exercise_digest != latest.digest:
            yield "graded with an older version of the exercise"
        if late.unknown:
            only = "only the times of its files say" if one.handin.received_at is not None else "nothing says"
            yield f"{only} when it was handed in: taken as in time"
        choice = self.choices.get((exercise, one.handin.student))
        if self.counts == "chosen" and choice == one.handin.id and len(found) > 1:
            yield "chosen by hand"
        if one is not found[-1] and self.counts == "best":
            yield "not the last hand-in, but the best"

    def _most(self, exercise: str) -> Decimal | None:
        row = self.terms.latest(exercise)
        return row.max_score if row is not None else None

    def _tasks(self) -> Iterable[Task]:
        """Describe the columns; what tests are worth is known from what was graded alone."""
        latest = {name: self.terms.latest(name) for name in self.exercises}
        digests = {name: row.digest for name, row in latest.items() if row is not None}
        seen: dict[str, Decimal] = {}
        for found in self.found.values():
            for one in found:
                attempt = one.attempt
                if (
                    attempt is not None
                    and attempt.max_score
                    and attempt.exercise_digest == digests.get(attempt.exercise)
                ):
                    seen[attempt.exercise] = max(seen.get(attempt.exercise, attempt.max_score), attempt.max_score)
        for name, row in latest.items():
            most = max((row.max_score if row is not None else Decimal(0)), seen.get(name, Decimal(0)))
            yield Task(id=name, title=row.title if row else name, max_score=most, due=row.due if row else None)

    def _details(self, facts: list[dict[str, Any]], changed: dict[int, Result]) -> None:
        """Add what the results themselves say; they are read as a stream, each once, and not kept."""
        of: dict[str, list[int]] = {}
        for number, fact in enumerate(facts):
            if number in changed:
                _detail(fact, changed[number])
            elif fact.get("attempt") is not None:
                of.setdefault(fact["attempt"], []).append(number)
        for attempt, result in self.store.results(of):
            text = feedback(result)
            for number in of[attempt]:
                _detail(facts[number], result, text)
        for fact in facts:
            fact["feedback"] = bounded([*_decided(fact), *fact.get("feedback", "").splitlines()])


def _detail(fact: dict[str, Any], result: Result, text: str | None = None) -> None:
    broken = [f"check '{one.id}' could not be carried out" for one in result.checks if one.outcome is Outcome.ERROR]
    fact["flags"] = tuple(dict.fromkeys((*fact["flags"], *broken, *flags(result, fact["student"]))))
    fact["feedback"] = feedback(result) if text is None else text
    if result.status is not Status.GRADED:
        fact["message"] = result.message


def _decided(fact: dict[str, Any]) -> Iterable[str]:
    """Say what changes a score besides the checks."""
    if any(one.check is None for one in fact["overrides"]):
        yield f"The score was set by hand: {show_points(fact['score'])}."
        return
    if fact["overrides"]:
        yield "A person has changed points of checks."
    late = Lateness(fact.get("late_seconds", 0), fact.get("late_percent", Decimal(0)))
    sentence = told(late)
    if sentence is not None and fact["score"] is not None:
        left = f" {show_points(fact['score'])} points are left." if late.percent else ""
        yield f"{sentence}{left}"
