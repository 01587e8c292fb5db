"""What is different between two gradings of a class: who changed, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.quantities import show_points
from grader.core.text import one_line
from grader.gradebook.book import build
from grader.gradebook.changes import Changes, compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.gradebook import Entry
    from grader.core.handin import Person
    from grader.core.result import CheckResult, Outcome, Result
    from grader.store import Store
    from grader.store.rows import GradingRow


@dataclass(frozen=True, slots=True)
class Changed:
    """One student in one exercise."""

    person: Person
    before: Entry
    after: Entry
    why: tuple[str, ...]


@dataclass(slots=True)
class Diff:
    """Two gradings, held against each other."""

    old: GradingRow
    new: GradingRow
    versions: dict[str, Changes] = field(default_factory=dict)
    """What differs between the versions of each exercise that was changed."""
    changed: list[Changed] = field(default_factory=list)
    unchanged: int = 0
    only_old: int = 0
    """Hand-ins of students for exercises that the new grading has none of."""
    only_new: int = 0


def last_two(store: Store, exercise: str | None = None) -> tuple[GradingRow, GradingRow]:
    """Give the last two gradings of an exercise, or of any that the newest one has. Raises UsageError."""
    rows = store.gradings(exercise)
    if rows and exercise is None:
        with_it = [{row.id for row in store.gradings(name)} for name in _exercises(store, rows[0].id)]
        rows = [row for row in rows if any(row.id in ids for ids in with_it)]
    if len(rows) < 2:  # noqa: PLR2004 - what it takes to compare
        count = "is one grading" if rows else "is no grading"
        raise UsageError(
            f"there {count}{f' of {one_line(exercise)}' if exercise else ''}: it takes two to compare",
            hint="`grader batch` and `grader results rescore` make them.",
        )
    return rows[1], rows[0]


def diff(store: Store, old: GradingRow, new: GradingRow, exercise: str | None = None) -> Diff:
    """Compare; what was decided by hand, and extensions, are as they are now on both sides."""
    made = Diff(old, new)
    names = [name for name in _exercises(store, new.id, old.id) if exercise in {None, name}]
    before, after = (build(store, names, "last", gradings=[row.id], details=False) for row in (old, new))
    people = {person.id: person for person in (*before.people, *after.people)}
    there = {(entry.student, entry.exercise): entry for entry in before.entries}
    pairs: list[tuple[Entry, Entry]] = []
    for entry in after.entries:
        other = there.pop((entry.student, entry.exercise), None)
        if other is not None and other.status != "missing" != entry.status:
            pairs.append((other, entry))
        else:
            made.only_new += entry.status != "missing"
            made.only_old += other is not None and other.status != "missing"
    made.only_old += sum(entry.status != "missing" for entry in there.values())
    moved = [pair for pair in pairs if pair[0].attempt != pair[1].attempt]
    wanted = [one.attempt for pair in moved for one in pair if one.attempt is not None]
    results = store.results(wanted)
    for one, other in pairs:
        found = [next(results)[1] if each.attempt and one.attempt != other.attempt else None for each in (one, other)]
        why = tuple(_why(store, made, (one, other), (found[0], found[1])))
        differs = (one.status, one.score, one.max_score) != (other.status, other.score, other.max_score)
        if differs or _outcomes(found[0]) != _outcomes(found[1]):
            made.changed.append(Changed(people[one.student], one, other, why))
        else:
            made.unchanged += 1
    return made


def _exercises(store: Store, *gradings: int) -> list[str]:
    """Name the exercises that all of these have hand-ins of."""
    of_each = [{row.exercise for row, _, _ in store.items(number)} for number in gradings]
    return sorted(set.intersection(*of_each))


def _outcomes(result: Result | None) -> dict[str, Outcome]:
    return {check.id: check.outcome for check in result.checks} if result is not None else {}


def _why(
    store: Store, made: Diff, entries: tuple[Entry, Entry], results: tuple[Result | None, Result | None]
) -> Iterator[str]:
    before, after = entries
    if before.handin != after.handin:
        yield "handed in something else"
    if before.late_percent != after.late_percent:
        yield f"lateness takes off {_percent(before)} -> {_percent(after)}"
    old, new = results
    if old is None or new is None:
        why = after.message if new is None else before.message
        if old is not new:
            yield f"{'not graded' if new is None else 'was not graded'}: {one_line(why or 'no result')}"
        return
    if old.exercise.digest != new.exercise.digest:
        _version(store, made, old, new)
        yield "the exercise was changed"
    if old.grader_version != new.grader_version:
        yield f"grader {old.grader_version} -> {new.grader_version}"
    was, now = ({image.ref: image.id for image in one.images} for one in (old, new))
    yield from (f"the image {ref} is another one" for ref in sorted(was.keys() & now.keys()) if was[ref] != now[ref])
    if old.message != new.message and (new.message or old.message):
        yield one_line(f"{old.status}: {old.message or '-'} -> {new.status}: {new.message or '-'}", 300)
    yield from _checks(old.checks, new.checks)


def _percent(entry: Entry) -> str:
    return f"{show_points(entry.late_percent)} %" if entry.late_percent else "nothing"


def _version(store: Store, made: Diff, old: Result, new: Result) -> None:
    if new.exercise.id not in made.versions:
        rows = store.exercise(old.exercise.digest), store.exercise(new.exercise.digest)
        found = compare(rows[0].file, rows[1].file) if rows[0] is not None and rows[1] is not None else Changes()
        made.versions[new.exercise.id] = found


def _checks(old: Sequence[CheckResult], new: Sequence[CheckResult]) -> Iterator[str]:
    before = {check.id: check for check in old}
    for check in new:
        other = before.pop(check.id, None)
        if other is None:
            yield f"{check.id}: new, {check.outcome}"
        elif other.outcome is not check.outcome:
            said = one_line(check.message or other.message or "", 100)
            yield f"{check.id}: {other.outcome} -> {check.outcome}{f' ({said})' if said else ''}"
        elif (other.points, other.max_points) != (check.points, check.max_points):
            yield f"{check.id}: {_worth(other)} -> {_worth(check)} points"
    yield from (f"{name}: gone, was {check.outcome}" for name, check in before.items())


def _worth(check: CheckResult) -> str:
    return f"{show_points(check.points)}/{show_points(check.max_points)}"
