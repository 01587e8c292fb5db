"""The roster: who is in the class, from a table of whichever platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch import _columns, _table
from grader.core.errors import UsageError
from grader.core.handin import Person
from grader.core.late import EVERY, parse_extension
from grader.core.text import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.batch._columns import Columns

_SHOWN: Final = 10
"""Rows with something wrong that are told at once."""
_TEST_STUDENT: Final = "student, test"

parse_columns = _columns.parse


@dataclass(frozen=True, slots=True)
class Roster:
    """A class, in the order of its table."""

    people: tuple[Person, ...]
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By person: further ids, by which hand-ins may be named."""
    participants: dict[str, str] = field(default_factory=dict)
    """By the number in Moodle's `Participant 123`: the person."""
    received: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """By person, and exercise or `*`: when the work was received, where the roster says so."""
    said: tuple[str, ...] = ()


class _Line(NamedTuple):
    line: int
    person: Person
    aliases: tuple[str, ...]
    participant: str | None
    received: dict[str, datetime]


class _WrongError(ValueError):
    """Something is wrong with one row."""


def read(path: Path, columns: Mapping[str, str] | str | None = None) -> Roster:
    """Read a roster; `columns` says what is what where their names don't tell: `id=Matrikelnummer,login=GitHub`.

    Raises UsageError, with file and line, for every row that is no student, and for ids that are there twice.
    """
    given = parse_columns(columns) if isinstance(columns, str) else columns or {}
    table = _table.read(path, _columns.recognised)
    found = _columns.settle(table.header, [row.cells for row in table.rows], given, f"{path}:1", path.name)
    canvas = _columns.CANVAS.issubset({_columns.plain(name) for name in table.header})
    lines: list[_Line] = []
    wrong: list[str] = []
    said = [*table.said, *found.said]
    for row in table.rows:
        if canvas and (why := _not_a_student(found, row.cells)):
            said.append(f"{path.name}:{row.line} is left out: {why}")
            continue
        try:
            lines.append(_line(row, found))
        except ValueError as error:
            wrong.append(f"{path}:{row.line}: {error}")
    lines = _merged(lines)
    wrong += _doubles(lines, path)
    if wrong:
        more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
        raise UsageError("\n".join([*wrong[:_SHOWN], *more]))
    if not lines:
        raise UsageError(f"{path}: there is nobody in the roster, only the names of columns")
    return Roster(
        people=tuple(line.person for line in lines),
        aliases={line.person.id: line.aliases for line in lines if line.aliases},
        participants={line.participant: line.person.id for line in lines if line.participant},
        received={(line.person.id, name): at for line in lines for name, at in line.received.items()},
        said=tuple(said),
    )


def _not_a_student(columns: Columns, cells: Sequence[str]) -> str | None:
    """Recognise the rows of a Canvas gradebook that are about its columns, and its test student."""
    name = columns.cell("name", cells).casefold()
    others = any(columns.cell(role, cells) for role in ("id", "login", "email"))
    if name == "points possible" and not columns.cell("id", cells):
        return "Canvas keeps the points there"
    if not name and not others:
        return "it names nobody"
    if name == _TEST_STUDENT and not any(
        cells[n] for n in columns.aliases if _columns.plain(columns.header[n]) == "sis user id"
    ):
        return "it is the test student of Canvas"
    return None


def _line(row: _table.Row, columns: Columns) -> _Line:
    """Make one person of a row. Raises ValueError."""

    def cell(role: str) -> str:
        return columns.cell(role, row.cells)

    name = cell("name") or " ".join(part for part in (cell("first_name"), cell("last_name")) if part)
    own = cell("id") or cell("login") or cell("email") or cell("participant") or name
    if not own:
        raise _WrongError("no id, no login, no email and no name")
    email = cell("email") or (own if _is_email(own) else "")
    person = Person(
        id=own,
        name=name,
        email=email,
        login=cell("login"),
        section=cell("section"),
        group=cell("group"),
        extensions=_extensions(columns, row.cells),
        columns=dict(zip(columns.header, row.cells, strict=True)),
    )
    further = tuple(dict.fromkeys(row.cells[n] for n in columns.aliases if row.cells[n] and row.cells[n] != own))
    return _Line(row.line, person, further, _columns.participant(cell("participant")), _received(columns, row.cells))


def _is_email(text: str) -> bool:
    name, _, host = text.partition("@")
    return bool(name) and "." in host and " " not in text


def _dated(columns: Columns, kind: str, cells: Sequence[str]) -> dict[str, str]:
    """Give what a row says about each exercise, and about all."""
    found = {}
    for role, number in columns.roles.items():
        name, _, exercise = role.partition(":")
        if name == kind and cells[number]:
            found[exercise or EVERY] = cells[number]
    return found


def _extensions(columns: Columns, cells: Sequence[str]) -> dict[str, str]:
    found = _dated(columns, "extension", cells)
    for text in found.values():
        parse_extension(text)
    return found


def _received(columns: Columns, cells: Sequence[str]) -> dict[str, datetime]:
    found = {}
    for exercise, text in _dated(columns, "received", cells).items():
        try:
            at = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
            found[exercise] = at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise _WrongError(f"{quoted(text, 40)} is not a time such as 2026-12-01T23:59:00+07:00") from None
        if at.tzinfo is None:
            raise _WrongError(f"{quoted(text, 40)} has no time zone; write for example 2026-12-01T23:59:00+07:00")
    return found


def _merged(lines: Sequence[_Line]) -> list[_Line]:
    """Take lines that are the same for one; of two with nothing but one name, somebody has to say who they are."""
    found: list[_Line] = []
    first: dict[str, _Line] = {}
    for line in lines:
        known = first.setdefault(line.person.id, line)
        if known is line or known.person != line.person or line.person.id == line.person.name:
            found.append(line)
    return found


def _doubles(lines: Sequence[_Line], path: Path) -> list[str]:
    """Find ids that several rows have; `7` and `007` are two."""
    wrong = []
    seen: dict[str, int] = {}
    for line in lines:
        first = seen.setdefault(line.person.id, line.line)
        if first != line.line:
            own = one_line(line.person.id, 60)
            again = f"the id '{own}' is that of line {first} already; remove one of the two lines"
            wrong.append(f"{path}:{line.line}: {again}")
    return wrong
