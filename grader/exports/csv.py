"""The `csv` export: everything that counts, for a spreadsheet or a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TextIO

from grader.core.gradebook import Export
from grader.core.quantities import show_points
from grader.exports import _cells

if TYPE_CHECKING:
    from grader.core.gradebook import Entry, Gradebook, Task
    from grader.core.handin import Person
    from grader.exports._cells import Cell

COLUMNS: Final = (
    "id", "name", "email", "login", "section", "group", "on_roster", "exercise", "title", "status", "score",
    "max_score", "raw_score", "late_percent", "override_reason", "received_at", "attempts", "attempt", "flags",
    "message",
)  # fmt: skip


class Csv(Export):
    """One row per student and exercise: what filters, pivot tables and scripts want; `canvas` has a row per student.

    UTF-8 with a byte order mark, without which Excel takes the file for another encoding. All text is in quotes and
    no number is. An empty score is none, for the reason that the status names; it is never the same as 0.
    """

    suffix: ClassVar[str] = "csv"

    def write(self, book: Gradebook, stream: TextIO) -> None:
        tasks = {task.id: task for task in book.tasks}
        people = {person.id: person for person in book.people}
        # Bare: not every program looks for a quote behind the mark.
        stream.write(f"{_cells.BOM}{','.join(COLUMNS)}\r\n")
        for entry in book.entries:
            stream.write(_cells.row(_row(people[entry.student], tasks[entry.exercise], entry)))
            self.rows += 1


def _row(person: Person, task: Task, entry: Entry) -> tuple[Cell, ...]:
    who = (person.id, person.name, person.email, person.login)
    most = entry.max_score if entry.max_score is not None else task.max_score
    return (
        *(_cells.returned(one) for one in who), _cells.text(person.section), _cells.text(person.group),
        "yes" if person.on_roster else "no", _cells.text(task.id), _cells.text(task.title), entry.status,
        _cells.number(entry.score), _cells.number(most), _cells.number(entry.raw), _cells.number(entry.late_percent),
        _cells.text(_reasons(entry)), _cells.moment(entry.received_at), entry.attempts, entry.attempt,
        _cells.text("\n".join(entry.flags)), _cells.text(entry.message or ""),
    )  # fmt: skip


def _reasons(entry: Entry) -> str:
    """Say what was decided by hand, and why, a line for each."""
    return "\n".join(
        f"{one.check or 'whole score'} set to {show_points(one.points)}: {one.reason}" for one in entry.overrides
    )
