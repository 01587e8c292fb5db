"""Whom a name on the command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.handin import Person
from grader.core.text import did_you_mean, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.store import Store


def everybody(store: Store, students: Iterable[str] | None = None) -> list[Person]:
    """Give all people: the roster in its order, then those who aren't on it, `students` with hand-ins included."""
    people = sorted(store.people(), key=lambda one: not one.on_roster)
    known = {one.id for one in people}
    named = {row.student for row in store.handins()} if students is None else set(students)
    return [*people, *(Person(id=student, on_roster=False) for student in sorted(named - known))]


def has_roster(store: Store) -> bool:
    """Whether the store knows a roster: without one, it says nothing that somebody isn't on it."""
    return any(person.on_roster for person in store.people())


def find(store: Store, name: str) -> Person | None:
    """Give the one with this id, login, email or name; None for nobody. Raises UsageError if it could be several."""
    people = everybody(store)
    for person in people:
        if person.id == name:
            return person
    wanted = name.casefold()
    found = [one for one in people if wanted in _names(one)]
    if len(found) > 1:
        ids = ", ".join(one_line(person.id, 40) for person in found[:5])
        raise UsageError(f"{quoted(name)} may be any of {ids}", hint="Give the id.")
    return found[0] if found else None


def like(store: Store, name: str) -> list[Person]:
    """Give those whom a name, or the beginning of one of its words, may mean. Raises UsageError for nobody.

    Who is named exactly is meant alone.
    """
    wanted = name.casefold().strip()
    everyone = everybody(store)
    exact = [one for one in everyone if one.id == name] or [one for one in everyone if wanted in _names(one)]
    near = [one for one in everyone if wanted and any(each.startswith(wanted) for each in (*_names(one), *_words(one)))]
    return exact or near or [student(store, name)]


def _names(person: Person) -> set[str]:
    return {each.casefold() for each in (person.id, person.login, person.email, person.name) if each}


def _words(person: Person) -> list[str]:
    return person.name.casefold().split()


def student(store: Store, name: str) -> Person:
    """Give the one whom a name means. Raises UsageError for nobody, with who may be meant."""
    found = find(store, name)
    if found is not None:
        return found
    known = [each for one in everybody(store) for each in (one.id, one.name) if each]
    near = did_you_mean(one_line(name), [one_line(each, 60) for each in known])
    hint = near.removeprefix("; ") if "did you mean" in near else ""
    raise UsageError(
        f"there is no student {quoted(name)} in {store.name}",
        hint=f"{hint[:1].upper()}{hint[1:]}" if hint else "`grader results list` lists them.",
    )
