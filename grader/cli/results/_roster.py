"""A roster that is named for an export: who of those with scores is who there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.gradebook import Entry, Gradebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.batch.roster import Roster
    from grader.core.handin import Person


def placed(book: Gradebook, roster: Roster) -> Gradebook:
    """Give the gradebook of exactly this roster, in its order; those who aren't on it come last.

    The same id comes first; then any id, login or address that only one on either side has; then the same name.
    """
    matched = _matched(book.people, roster)
    entries = {(entry.student, entry.exercise): entry for entry in book.entries}
    people: list[Person] = []
    for person in roster.people:
        ours = matched.get(person.id)
        people.append(person.model_copy(update={"id": ours or person.id, "on_roster": True}))
    there = {person.id for person in people}
    people += [person.model_copy(update={"on_roster": False}) for person in book.people if person.id not in there]
    return Gradebook(
        tasks=book.tasks,
        people=tuple(people),
        entries=tuple(
            entries.get((person.id, task.id)) or Entry(exercise=task.id, student=person.id, status="missing")
            for person in people
            for task in book.tasks
        ),
    )


def _matched(ours: Iterable[Person], roster: Roster) -> dict[str, str]:
    """Say who of the roster is who here, by id there."""

    def ids(person: Person) -> set[str]:
        named = (person.id, person.login, person.email, *roster.aliases.get(person.id, ()))
        return {name.casefold() for name in named if name}

    found: dict[str, str] = {}
    free = {person.id: person for person in ours}
    ways: tuple[Callable[[Person], set[str]], ...] = (
        lambda person: {person.id},
        ids,
        lambda person: {" ".join(person.name.casefold().split())} - {""},
    )
    for way in ways:
        left = [person for person in roster.people if person.id not in found]
        here, there = _only(free.values(), way), _only(left, way)
        for key, theirs in there.items():
            own = here.get(key)
            if own in free and theirs not in found:
                found[theirs] = free.pop(own).id
    return found


def _only(people: Iterable[Person], way: Callable[[Person], set[str]]) -> dict[str, str]:
    """Give the ids of people by what only one of them has."""
    by: dict[str, set[str]] = {}
    for person in people:
        for key in way(person):
            by.setdefault(key, set()).add(person.id)
    return {key: those.pop() for key, those in by.items() if len(those) == 1}
