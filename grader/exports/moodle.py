"""The `moodle` export: grades and feedback, for the import of the gradebook or for a grading worksheet."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, TextIO

from grader.core.gradebook import Export
from grader.core.quantities import show_points
from grader.core.text import one_line
from grader.exports import _cells, _platform, _worksheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.core.gradebook import Gradebook, Task
    from grader.core.handin import Person
    from grader.exports._cells import Cell
    from grader.exports._platform import Entries

_HIGHEST: Final = Decimal(100)
"""Without "Unlimited grades", Moodle refuses a whole file for one number above it."""


class Moodle(Export):
    """A grading worksheet of one assignment, if the roster is one; otherwise what Grades > Import > CSV file reads.

    The worksheet comes back as it was, with grades and feedback filled in. The file for the import has one column that
    Moodle knows students by, and two for each exercise: map both, since a grade without its feedback clears that.
    Feedback is HTML, as Moodle shows it as such.
    """

    suffix: ClassVar[str] = "csv"

    def write(self, book: Gradebook, stream: TextIO) -> None:
        people = _platform.known(book, self, "Moodle")
        columns = tuple(dict.fromkeys(name for person in people for name in person.columns))
        found = _platform.entries(book)
        worksheet = _worksheet.Worksheet.of(columns)
        for task in book.tasks:
            _platform.remark_uneven(self, people, task, found)
        if worksheet is not None:
            worksheet.write(self, book, people, stream)
        else:
            self._write(book, people, found, stream)

    def _write(self, book: Gradebook, people: Sequence[Person], found: Entries, stream: TextIO) -> None:
        column, identified = self._identified(self._scored(book, people, found))
        stream.write(_cells.row([column, "Full name", *_headings(book.tasks)]))
        capped: list[str] = []
        for identifier, person in identified:
            name = _platform.unescaped(_cells.text(person.name))
            cells: list[Cell] = [_cells.returned(identifier), name]
            for task in book.tasks:
                entry = found[person.id, task.id]
                grade, above = _platform.capped(entry.score, task.max_score)
                if above:
                    capped.append(f"{one_line(person.name or person.id)} ({one_line(task.title)})")
                cells += [_cells.number(grade), _cells.markup(entry.feedback) if grade is not None else None]
            stream.write(_cells.row(cells))
            self.rows += 1
        _platform.remark_capped(self, capped)
        high = [one_line(task.title) for task in book.tasks if task.max_score > _HIGHEST]
        if high:
            self.remarks.append(
                f"Worth more than {show_points(_HIGHEST)} points, for which Moodle refuses the file unless the site "
                f"allows unlimited grades: {'; '.join(high)}."
            )

    def _scored(self, book: Gradebook, people: Sequence[Person], found: Entries) -> list[Person]:
        """Leave out who has no score at all: Moodle would take an empty grade for the wish to clear what is there."""
        scored: list[Person] = []
        empty: list[Person] = []
        for person in people:
            some = any(found[person.id, task.id].score is not None for task in book.tasks)
            (scored if some else empty).append(person)
        for task in book.tasks:
            _platform.remark_scoreless(self, empty, task, found, "they are left out")
            then = "Moodle clears the grade that it may have (to prevent it, export the exercises one by one)"
            _platform.remark_scoreless(self, scored, task, found, then)
        return scored

    def _identified(self, people: Sequence[Person]) -> tuple[str, list[tuple[str, Person]]]:
        """Choose the column that Moodle knows most of them by, and leave out those that it doesn't know by it."""
        having = {name: sum(bool(value(person)) for person in people) for name, value in _IDENTIFIERS.items()}
        column = max(having, key=having.__getitem__)  # of equal ones, the first
        # A roster from elsewhere may have nothing but its own ids.
        value = _IDENTIFIERS[column] if having[column] else lambda person: person.id
        unknown = [person for person in people if not value(person)]
        if unknown:
            self.remarks.append(f"Left out, as the roster has no '{column}' for them: {_platform.names(unknown)}.")
        _platform.remark_guarded(self, (value(person) for person in people), "Moodle")
        return column, [(value(person), person) for person in people if value(person)]


def _column(*names: str) -> Callable[[Person], str]:
    def value(person: Person) -> str:
        return next((text for name, text in person.columns.items() if name.strip().casefold() in names), "")

    return value


_id_number, _email, _username = _column("id number", "idnumber"), _column("email address"), _column("username")
_IDENTIFIERS: Final[Mapping[str, Callable[[Person], str]]] = {
    "ID number": _id_number,
    "Email address": lambda person: _email(person) or person.email,
    "Username": lambda person: _username(person) or person.login,
}
"""What Moodle knows people by, with how to find it; one wrong in a file makes Moodle refuse all of it."""


def _headings(tasks: Sequence[Task]) -> list[str]:
    titles = Counter(" ".join(task.title.split()) for task in tasks)
    made = []
    for task in tasks:
        title = " ".join(task.title.split())
        name = _platform.unescaped(_cells.text(title if titles[title] == 1 else f"{title} [{task.id}]"))
        made += [name, f"{name} (Feedback)"]
    return made
