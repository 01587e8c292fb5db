"""What the columns of a roster mean, by the names that platforms and people give them."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.core.errors import UsageError
from grader.core.text import did_you_mean, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "id": ("id", "id number", "idnumber", "student id", "student number", "student no", "user id",
           "matriculation number", "matrikelnummer", "matrikel", "sis user id", "sis id", "roster identifier"),
    "participant": ("identifier", "participant", "participant number"),
    "name": ("name", "full name", "fullname", "student", "student name", "display name"),
    "first_name": ("first name", "firstname", "given name", "forename", "vorname"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname"),
    "email": ("email", "email address", "e mail", "e mail address", "mail"),
    "login": ("login", "github", "github username", "github login", "username", "user name", "sis login id", "login id",
              "account"),
    "section": ("section", "sections", "class"),
    "group": ("group", "groups", "group name", "team", "team name"),
    "extension": ("extension", "due", "due date", "extended until"),
    "received": ("received", "received at", "submitted at", "submission timestamp"),
}  # fmt: skip
"""By role: what the column may be called, the surest name first."""
ALIASES: Final = frozenset({"sis user id", "sis id", "id number", "github id", "id", "student id", "student number"})
"""Columns with further ids, by which hand-ins may be named as well."""
_IDENTITY: Final = ("id", "login", "email", "name", "first_name", "last_name", "participant")
"""What tells one student from another."""
_DATED: Final = frozenset({"extension", "received"})
_OF_EXERCISE: Final = re.compile(r"(extension|due|received) ?: ?(.+)")
_PARTICIPANT: Final = re.compile(r"[^\W\d]{3,30}(?:/[^\W\d]{1,10})? ?([0-9]{1,20})")
CANVAS: Final = frozenset({"student", "id", "sis login id", "section"})
"""The columns that every export of a Canvas gradebook has."""


class Columns(NamedTuple):
    """Which column is what."""

    roles: Mapping[str, int]
    """By role; by `extension:EXERCISE` and `received:EXERCISE` too."""
    aliases: tuple[int, ...]
    """Columns with further ids."""
    header: tuple[str, ...]
    """The names, each once: the second `Groups` is `Groups (2)`."""
    said: tuple[str, ...]

    def cell(self, role: str, cells: Sequence[str]) -> str:
        """Give what a row has for a role; an empty text where there is no such column."""
        number = self.roles.get(role)
        return "" if number is None else cells[number]


def plain(name: str) -> str:
    """Bring the name of a column to lower case, its words parted by blanks."""
    return " ".join(re.sub(r"[\s_-]+", " ", name).split()).casefold()


def recognised(header: Sequence[str]) -> int:
    """Count the columns whose names mean something."""
    known = {name for names in _NAMES.values() for name in names}
    return sum(1 for name in header if plain(name) in known)


def participant(text: str) -> str | None:
    """Give the number in `Participant 123`, in whichever language."""
    match = _PARTICIPANT.fullmatch(text.strip())
    return match[1] if match else None


def parse(text: str) -> dict[str, str]:
    """Read a mapping such as `id=Matrikelnummer,login=GitHub`. Raises UsageError."""
    found: dict[str, str] = {}
    for part in next(csv.reader([text], skipinitialspace=True), []):
        role, sign, column = (word.strip() for word in part.partition("="))
        kind, colon, exercise = role.partition(":")
        if kind == "due":
            kind = "extension"
            role = kind + colon + exercise
        if not sign or not column:
            raise UsageError(
                f"{quoted(part)} is not of the form id=COLUMN", hint="Example: id=Matrikelnummer,login=GitHub"
            )
        if role not in _NAMES and not (kind in _DATED and exercise):
            raise UsageError(f"a roster has no {quoted(role)}{did_you_mean(role, tuple(_NAMES))}")
        if role in found:
            raise UsageError(f"{role} is given two columns: {quoted(found[role])} and {quoted(column)}")
        found[role] = column
    return found


def settle(
    header: Sequence[str], rows: Sequence[Sequence[str]], given: Mapping[str, str], where: str, name: str
) -> Columns:
    """Say which column is what. Raises UsageError if none tells who anybody is."""
    roles = _given(header, given, where)
    names = [plain(name) for name in header]
    for role, called in _NAMES.items():
        if role in roles:
            continue
        free = [names.index(name) for name in called if name in names and names.index(name) not in roles.values()]
        if free:
            roles[role] = free[0]
    _swap_identifier(roles, names, rows, given)
    # In Canvas, assignments are columns, and may be called anything.
    for number, written in enumerate(names if not CANVAS.issubset(names) else ()):
        match = _OF_EXERCISE.fullmatch(written)
        if match is not None:
            kind = "extension" if match[1] == "due" else match[1]
            roles.setdefault(f"{kind}:{header[number].partition(':')[2].strip()}", number)
    if not any(role in roles for role in _IDENTITY):
        there = ", ".join(quoted(name, 40) for name in header[:30])
        raise UsageError(
            f"{where}: no column tells who is who; its columns are {there}",
            hint="Say which is which, for example --roster-columns id=Matrikelnummer,login=GitHub",
        )
    unique = _unique(header)
    shown = ", ".join(f"{role} from {quoted(unique[number], 40)}" for role, number in roles.items())
    twice = (n for n, name in enumerate(unique) if name != one_line(header[n], 200) and header[n])
    said = (
        f"the columns of {name}: {shown}",
        *(f"the column {quoted(header[n], 40)} is there again, and is kept as {quoted(unique[n], 48)}" for n in twice),
    )
    aliases = tuple(n for n, name in enumerate(names) if name in ALIASES and n != roles.get("id"))
    return Columns(roles, aliases, unique, said)


def _given(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, int]:
    """Find the columns that are named outright, by their exact name or else but for case and signs."""
    roles: dict[str, int] = {}
    for role, column in given.items():
        exact = [n for n, name in enumerate(header) if name == column]
        alike = exact or [n for n, name in enumerate(header) if plain(name) == plain(column)]
        if not alike:
            there = ", ".join(quoted(name, 40) for name in header[:30])
            raise UsageError(f"{where}: there is no column {quoted(column)}; its columns are {there}")
        roles[role] = alike[0]
    return roles


def _swap_identifier(
    roles: dict[str, int], names: Sequence[str], rows: Sequence[Sequence[str]], given: Mapping[str, str]
) -> None:
    """Tell `identifier` of Moodle, which is `Participant 123`, from that of GitHub Classroom, which is anything."""
    number = roles.get("participant")
    if number is None or "participant" in given or names[number] != "identifier":
        return
    if "id" not in roles and not all(participant(row[number]) for row in rows if row[number]):
        roles["id"] = roles.pop("participant")


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    made: list[str] = []
    seen: set[str] = set()
    for number, name in enumerate(header):
        wanted = one_line(name, 200) or f"column {number + 1}"
        one, again = wanted, 1
        while one in seen:
            again += 1
            one = f"{wanted} ({again})"
        seen.add(one)
        made.append(one)
    return tuple(made)
