"""The offline grading worksheet of a Moodle assignment, which comes back filled in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from grader.core.errors import UsageError
from grader.core.quantities import show_points
from grader.core.text import one_line
from grader.exports import _cells, _platform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from grader.core.gradebook import Entry, Export, Gradebook, Task
    from grader.core.handin import Person
    from grader.exports._cells import Cell

_SMALLEST: Final = Decimal("0.00001")
"""Moodle keeps five decimals."""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Where things are in it; the titles are Moodle's in English, and all other columns are only given back."""

    columns: tuple[str, ...]
    identifier: str
    grade: str
    maximum: str | None
    changeable: str | None
    feedback: str | None

    @classmethod
    def of(cls, columns: Sequence[str]) -> Worksheet | None:
        """Recognise one by the three columns that Moodle itself looks for."""
        named = {name.strip().casefold(): name for name in columns}
        if not {"identifier", "grade", "last modified (grade)"} <= named.keys():
            return None
        if "scale" in named and "maximum grade" not in named:
            raise UsageError(
                "the assignment of this grading worksheet is graded with a scale, which has no points",
                hint="Set its grade type to Point in Moodle, and download the worksheet again.",
            )
        return cls(
            tuple(columns), named["identifier"], named["grade"], named.get("maximum grade"),
            named.get("grade can be changed"), named.get("feedback comments"),
        )  # fmt: skip

    def write(self, export: Export, book: Gradebook, people: Sequence[Person], stream: TextIO) -> None:
        """Write it with the scores of the one exercise."""
        if len(book.tasks) != 1:
            raise UsageError(
                f"a grading worksheet is for one assignment, and here are {len(book.tasks)} exercises",
                hint="Choose one with --exercise ID.",
            )
        [task] = book.tasks
        found = _platform.entries(book)
        strange = [person for person in people if not person.columns.get(self.identifier)]
        people = [person for person in people if person.columns.get(self.identifier)]
        if strange:
            export.remarks.append(f"Left out, as the worksheet has no row for them: {_platform.names(strange)}.")
        self._remark(export, people, task)
        _platform.remark_scoreless(export, people, task, found, "the row stays as it was")
        stream.write(_cells.row(_platform.unescaped(_cells.returned(name)) for name in self.columns))
        capped, locked = [], []
        for person in people:
            entry = found[person.id, task.id]
            most = _decimal(person.columns.get(self.maximum or "", "")) or task.max_score
            grade, above = _platform.capped(_scaled(entry, task, most), most)
            if grade is not None and person.columns.get(self.changeable or "", "").strip().casefold() == "no":
                locked.append(person)
                grade = None
            elif above:
                capped.append(one_line(person.name or person.id))
            stream.write(_cells.row(self._row(person, entry, grade)))
            export.rows += 1
        _platform.remark_capped(export, capped)
        if locked:
            export.remarks.append(f"Moodle lets nobody change their grade, so it stays: {_platform.names(locked)}.")

    def _row(self, person: Person, entry: Entry, grade: Decimal | None) -> list[Cell]:
        made: list[Cell] = []
        for name in self.columns:
            now = person.columns.get(name, "")
            if name == self.grade:
                made.append(_cells.as_it_was(now) if grade is None else _cells.number(grade))
            elif name == self.maximum:
                made.append(_cells.as_it_was(now))
            elif name == self.feedback:
                new = _cells.markup(entry.feedback) if grade is not None else ""
                made.append(new or _cells.references(now))
            else:
                made.append(_platform.unescaped(_cells.returned(now)))
        return made

    def _remark(self, export: Export, people: Sequence[Person], task: Task) -> None:
        _platform.remark_guarded(export, (person.columns.get(self.identifier, "") for person in people), "Moodle")
        if self.feedback is None:
            export.remarks.append(
                "The worksheet has no column 'Feedback comments', so it takes no feedback: "
                "switch on that feedback type in the assignment's settings, and download it again."
            )
        theirs = {_decimal(person.columns.get(self.maximum or "", "")) for person in people} - {None, task.max_score}
        if theirs:
            shown = ", ".join(show_points(one) for one in theirs if one is not None)
            export.remarks.append(
                f"{one_line(task.title)} is worth {show_points(task.max_score)} points here and {shown} in Moodle: "
                "grades are written in proportion."
            )


def _scaled(entry: Entry, task: Task, most: Decimal) -> Decimal | None:
    if entry.score is None or most == task.max_score or not task.max_score:
        return entry.score
    return (entry.score * most / task.max_score).quantize(_SMALLEST, ROUND_HALF_UP)


def _decimal(value: str) -> Decimal | None:
    """Read a number as Moodle writes it: with a comma in some languages."""
    try:
        number = Decimal(value.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None
