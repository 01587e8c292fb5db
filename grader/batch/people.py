"""Whose work it is: what a source says of a student, held against the roster. Nothing is ever guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch._roll import Roll
from grader.batch.planned import Stranger
from grader.core.handin import Person
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.batch.roster import Roster
    from grader.core.handin import Found

_EXACT: Final = ("id", "login", "email")
_SUGGESTED: Final = 50
"""Strangers for whom names that look alike are sought: with more than that, it is another class's roster."""


class Owner(NamedTuple):
    """Whose one hand-in is."""

    people: tuple[str, ...]
    """Ids; several for the work of a group."""
    notes: tuple[str, ...] = ()


class Joined(NamedTuple):
    """A class with what it handed in."""

    owners: tuple[Owner, ...]
    """For each hand-in, in their order."""
    people: tuple[Person, ...]
    """In the order of the roster; then those who aren't on it, by id."""
    strangers: tuple[Stranger, ...] = ()


class _Match(NamedTuple):
    people: tuple[str, ...] = ()
    why: str = ""
    near: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def join(found: Sequence[Found], roster: Roster | None) -> Joined:
    """Say whose each hand-in is: by id, login and email, or else by name, or as the work of a group.

    Whoever could be several people, or is not on the roster, is a person of their own.
    """
    if roster is None:
        others = _Others({})
        owners = [Owner((others.add(one, "", ()),)) for one in found]
        return Joined(tuple(owners), others.people())
    roll = Roll(roster)
    others = _Others(roll.people)
    owners = []
    for one in found:
        match = _match(roll, one.who)
        if match.people:
            owners.append(Owner(match.people, match.notes))
            continue
        near = match.near or (roll.alike(one.who) if len(others) < _SUGGESTED else ())
        owners.append(Owner((others.add(one, match.why, near),)))
    return Joined(tuple(owners), (*roster.people, *others.people()), others.strangers(roll.people))


def _match(roll: Roll, who: Mapping[str, str]) -> _Match:
    name = who.get("name", "")
    exact = {key: people for key in _EXACT if who.get(key) and (people := roll.exact(key, who[key]))}
    named = roll.named(name) if name else frozenset()
    group = _named_by_group(roll, who.get("group", ""), "" if named else name)
    if group is not None:
        return group
    if exact:
        return _settled(exact, named, name)
    if name:
        match = _by_name(roll, name, named)
        if match is not None:
            return match
    login = who.get("login", "")
    if login and (members := roll.members(login)):  # the repository of a team
        return _of_group(members, login)
    return _Match(why="not on the roster")


def _named_by_group(roll: Roll, group: str, name: str) -> _Match | None:
    """Take what its source names by a group for the group's: a member's own hand-in is the member's alone."""
    if group and (members := roll.members(group)):
        return _of_group(members, group)
    # Newer Moodles, and Canvas, write the name of a group where that of a student would be.
    members = roll.members(name) if name else ()
    if not members:
        return None
    person = roll.any_exact(name)
    if person and person != frozenset(members):
        why = f"{quoted(name, 60)} may be a group or a person"
        return _Match(why=why, near=_sorted(person | frozenset(members)))
    return _of_group(members, name)


def _by_name(roll: Roll, name: str, named: frozenset[str]) -> _Match | None:
    """Take a name for whatever it may be: folders are named by ids and logins as well."""
    found = roll.any_exact(name) | named
    if len(found) > 1:
        return _Match(why=f"{quoted(name, 60)} may be any of several", near=_sorted(found))
    if found:
        return _Match(_sorted(found))
    parted = roll.of_group_and_name(name)
    if not parted:
        return None
    return _Match(_sorted(parted)) if len(parted) == 1 else _of_group(_sorted(parted), name)


def _settled(exact: Mapping[str, frozenset[str]], named: frozenset[str], name: str) -> _Match:
    """Take the one whom everything says that the source knows of."""
    both = frozenset.intersection(*exact.values())
    keys = " and ".join(exact)
    if not both:
        return _Match(why=f"its {keys} are of different people", near=_sorted(frozenset.union(*exact.values())))
    if len(both) > 1:
        both = both & named or both
    if len(both) > 1:
        return _Match(why=f"several people on the roster have its {keys}", near=_sorted(both))
    if named and not both & named:
        why = f"its {keys} {'is' if len(exact) == 1 else 'are'} of one person, and {quoted(name, 60)} is another"
        return _Match(why=why, near=_sorted(both | named))
    return _Match(_sorted(both))


def _of_group(members: tuple[str, ...], group: str) -> _Match:
    note = f"the work of the group {quoted(group, 60)}: it counts for {len(members)} people"
    return _Match(members, notes=(note,) if len(members) > 1 else ())


def _sorted(people: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(people))


class _Others:
    """Those who aren't on the roster."""

    def __init__(self, roll: Mapping[str, Person]) -> None:
        self._taken = set(roll)
        self._ids: dict[tuple[str, str], str] = {}
        self._fields: dict[str, dict[str, str]] = {}
        self._labels: dict[str, list[str]] = {}
        self._why: dict[str, tuple[str, tuple[str, ...]]] = {}

    def __len__(self) -> int:
        return len(self._fields)

    def add(self, found: Found, why: str, near: tuple[str, ...]) -> str:
        """Note one hand-in; what several have the same id, login, email or name of is one person's."""
        who = found.who
        key = next(((key, who[key]) for key in (*_EXACT, "name", "group") if who.get(key)), ("label", found.label))
        own = self._ids.get(key)
        if own is None:
            own = self._ids[key] = self._new((who.get("id"), who.get("login"), who.get("email"), key[1]))
            self._fields[own] = {}
            self._why[own] = (why, near)
        for name in ("name", "email", "login", "section", "group"):
            if who.get(name):
                self._fields[own].setdefault(name, who[name])
        self._labels.setdefault(own, []).append(found.label)
        return own

    def _new(self, wanted: Sequence[str | None]) -> str:
        """Give an id that nobody has, on the roster or beside it."""
        names = [name for name in wanted if name]
        names += [f"{names[0][:200]} (not on the roster)"]
        free = next((name for name in names if name not in self._taken), None)
        number = 1
        while free is None:
            number += 1
            again = f"{names[0][:200]} (not on the roster, {number})"
            free = again if again not in self._taken else None
        self._taken.add(free)
        return free

    def people(self) -> tuple[Person, ...]:
        """Give them by id."""
        return tuple(
            Person.model_validate({"id": own, "on_roster": False, **self._fields[own]}) for own in sorted(self._fields)
        )

    def strangers(self, roll: Mapping[str, Person]) -> tuple[Stranger, ...]:
        """Give them with what they handed in."""
        return tuple(
            Stranger(
                person,
                tuple(self._labels[person.id]),
                self._why[person.id][0],
                tuple(roll[one] for one in self._why[person.id][1]),
            )
            for person in self.people()
        )
