"""The roster, to be looked up by everything that a source may say of a student."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from grader.batch._columns import participant
from grader.batch._names import joined, squeezed, unordered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.batch.roster import Roster
    from grader.core.handin import Person

_BETWEEN: Final = re.compile(r"[,;\n]")
"""What parts the groups of somebody who is in several."""
_ALIKE: Final = 85
_MOST: Final = 3

_Lookup = defaultdict[str, set[str]]


def groups(person: Person) -> tuple[str, ...]:
    """Give the groups that somebody is in, each once, without regard to case."""
    return tuple(filter(None, dict.fromkeys(part.strip().casefold() for part in _BETWEEN.split(person.group))))


class Roll:
    """Finds people of a roster; every answer is the set of all who fit."""

    def __init__(self, roster: Roster) -> None:
        self.people: dict[str, Person] = {person.id: person for person in roster.people}
        self._participants = roster.participants
        self._ids, self._aliases, self._logins, self._emails = (_Lookup(set) for _ in range(4))
        self._names, self._squeezed = _Lookup(set), _Lookup(set)
        self._groups: defaultdict[str, list[str]] = defaultdict(list)
        for person in roster.people:
            self._add(person, roster.aliases.get(person.id, ()))
        self._by_name = {own: unordered(person.name) for own, person in self.people.items() if person.name}

    def _add(self, person: Person, aliases: tuple[str, ...]) -> None:
        own = person.id
        self._ids[own.casefold()].add(own)
        for alias in aliases:
            self._aliases[alias.casefold()].add(own)
        if person.login:
            self._logins[person.login.casefold()].add(own)
        if person.email:
            self._emails[person.email.casefold()].add(own)
        if unordered(person.name):
            self._names[unordered(person.name)].add(own)
            for name in squeezed(person.name):
                self._squeezed[name].add(own)
        for group in groups(person):
            self._groups[group].append(own)

    def exact(self, key: str, value: str) -> frozenset[str]:
        """Find who has an id, a login or an email; first where it belongs, then among the others."""
        if key == "id":
            number = participant(value) if not value.isdigit() else None
            if number in self._participants:
                return frozenset({self._participants[number]})
            # `Ada` and `ada` may be two, if the roster says so.
            if value in self.people:
                return frozenset({value})
            return self._first(value, self._ids, self._aliases, self._logins, self._emails)
        if key == "login":
            return self._first(value, self._logins, self._ids, self._aliases, self._emails)
        return self._first(value, self._emails, self._logins, self._ids, self._aliases)

    def _first(self, value: str, *lookups: Mapping[str, set[str]]) -> frozenset[str]:
        wanted = value.casefold()
        return next((frozenset(lookup[wanted]) for lookup in lookups if wanted in lookup), frozenset())

    def any_exact(self, value: str) -> frozenset[str]:
        """Find whom a word may mean that is an id, a login or an email: a folder may be named by any of them."""
        if value in self.people:
            return frozenset({value})
        wanted = value.casefold()
        found = (lookup.get(wanted, ()) for lookup in (self._ids, self._aliases, self._logins, self._emails))
        return frozenset(own for people in found for own in people)

    def named(self, name: str) -> frozenset[str]:
        """Find everybody of a name, its words in any order or squeezed into one."""
        return frozenset(self._names.get(unordered(name)) or self._squeezed.get(joined(name)) or ())

    def members(self, group: str) -> tuple[str, ...]:
        """Give the members of a group, in the order of the roster."""
        wanted = group.strip().casefold()
        if wanted in self._groups:
            return tuple(self._groups[wanted])
        # Canvas writes `teama` for Team A.
        word = joined(wanted)
        alike = [name for name in self._groups if joined(name) == word] if word else []
        return tuple(self._groups[alike[0]]) if len(alike) == 1 else ()

    def of_group_and_name(self, text: str) -> frozenset[str] | None:
        """Read `Team A-Ada Lovelace`, as older Moodles write: the student, or else the whole group."""
        for end, sign in enumerate(text[:200]):
            if sign == "-" and (members := self.members(text[:end])):
                return self.named(text[end + 1 :]) & frozenset(members) or frozenset(members)
        return None

    def alike(self, who: Mapping[str, str]) -> tuple[str, ...]:
        """Suggest people whose names look like the one that was handed in with."""
        name = unordered(who.get("name", "") or who.get("login", ""))
        if not name:
            return ()
        from rapidfuzz import fuzz, process

        found = process.extract(name, self._by_name, scorer=fuzz.token_set_ratio, score_cutoff=_ALIKE, limit=_MOST)
        return tuple(own for _, _, own in found)
