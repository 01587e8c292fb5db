"""The `canvas` export: what the gradebook of Canvas imports."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TextIO

from grader.core.errors import UsageError
from grader.core.gradebook import Export
from grader.core.text import one_line
from grader.exports import _cells, _platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.core.gradebook import Gradebook, Task
    from grader.core.handin import Person
    from grader.exports._cells import Cell

_INFO: Final = (
    "Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account",
    "Section",
)  # fmt: skip
"""What Canvas says of a student, in the order that it insists on."""
_USUAL: Final = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_ALWAYS: Final = frozenset({"ID", "SIS Login ID", "Section"})
"""What every gradebook has that was exported from Canvas; another table's `ID` is none of Canvas's."""
_KEYS: Final = ("ID", "SIS User ID", "SIS Login ID")
"""What Canvas knows a student by, the first that it finds; by the name only if it finds none."""
_POINTS: Final = "Points Possible"
_WITH_ID: Final = re.compile(r"(.*)\s\([0-9]+\)", re.DOTALL)
_TOTALS: Final = (
    "Current Score", "Current Points", "Current Grade", "Final Score", "Final Points", "Final Grade",
    "Override Score", "Override Grade", "Override Status",
)  # fmt: skip
"""Canvas takes every column whose name has one of these for a total, and reads nothing from it."""


class _Column(NamedTuple):
    task: Task
    name: str
    there: bool
    """Whether the roster has it: Canvas knows the assignment then."""


class Canvas(Export):
    """One row per student of the roster, one column per exercise, and the row of the points possible.

    The roster is best a gradebook that was exported from Canvas: students' columns come back as they were, and
    scores go into the assignments that have the exercise's title or id for a name. For other exercises Canvas makes
    new assignments. Where there is no score, the cell is what it was: an empty cell where Canvas has a score would
    take it away.
    """

    suffix: ClassVar[str] = "csv"

    def write(self, book: Gradebook, stream: TextIO) -> None:
        people = _platform.known(book, self, "Canvas")
        theirs = dict.fromkeys(name for person in people for name in person.columns)
        from_canvas = set(theirs) >= _ALWAYS and not {"Student", "LastName"}.isdisjoint(theirs)
        info = _info(theirs) if from_canvas else _USUAL
        columns = self._columns(book.tasks, theirs if from_canvas else {})
        found = _platform.entries(book)
        for task in book.tasks:
            _platform.remark_uneven(self, people, task, found)
            _platform.remark_scoreless(self, people, task, found, "the cell stays as it was")
        self._remark_unknown(people, info)
        # With its id behind it, an assignment is found under a changed title, too.
        stream.write(_cells.row([*info, *(_cells.returned(column.name) for column in columns)]))
        blank = [None] * (len(info) - 1)
        stream.write(_cells.row([f"    {_POINTS}", *blank, *(_cells.number(one.task.max_score) for one in columns)]))
        excused = []
        for person in people:
            scores: list[Cell] = []
            for column in columns:
                now = person.columns.get(column.name, "") if column.there else ""
                score = _cells.number(found[person.id, column.task.id].score)
                if score is not None and now.strip().upper() in {"EX", "EXCUSED"}:
                    excused.append(f"{one_line(person.name or person.id)} ({one_line(column.task.title)})")
                    score = None
                scores.append(_cells.as_it_was(now) if score is None else score)
            stream.write(_cells.row([*(_cells.returned(one) for one in _of(person, info)), *scores]))
            self.rows += 1
        if excused:
            self.remarks.append(f"Excused in Canvas, and left so although there is a score: {'; '.join(excused)}.")

    def _columns(self, tasks: Sequence[Task], theirs: Mapping[str, None]) -> list[_Column]:
        titles = Counter(_folded(task.title) for task in tasks)
        made = []
        for task in tasks:
            name = _theirs(task, theirs, alone=titles[_folded(task.title)] == 1)
            column = _Column(task, name or _new(task, alone=titles[_folded(task.title)] == 1), there=name is not None)
            made.append(column)
            if any(total in column.name for total in _TOTALS):
                self.remarks.append(
                    f"Canvas takes a column for a total if its name has words such as 'Final Score' in it, and reads "
                    f"no scores from '{one_line(column.name)}': rename it."
                )
        fresh = [one_line(column.name) for column in made if not column.there]
        if fresh:
            self.remarks.append(
                "The roster has no column for these, so Canvas makes new assignments if it finds none of the very same "
                f"name: {'; '.join(fresh)}."
            )
        return made

    def _remark_unknown(self, people: Sequence[Person], info: Sequence[str]) -> None:
        keys = [dict(zip(info, _of(person, info), strict=True)) for person in people]
        _platform.remark_guarded(self, (one.get(key, "") for one in keys for key in _KEYS), "Canvas")
        nameless = [person for person, one in zip(people, keys, strict=True) if not any(one.get(key) for key in _KEYS)]
        if nameless:
            self.remarks.append(f"Canvas can only know these by their names: {_platform.names(nameless)}.")


def _info(theirs: Iterable[str]) -> tuple[str, ...]:
    """Give the roster's own columns that say who a student is, in the order of Canvas."""
    own = set(theirs)
    return tuple(name for name in _INFO if name in own)


def _of(person: Person, info: Sequence[str]) -> list[str]:
    # Never our own id as Canvas's: Canvas reads a number from its beginning, which may be somebody else's.
    ours = {"Student": person.name, "SIS User ID": person.id, "SIS Login ID": person.login, "Section": person.section}
    theirs = person.columns if person.columns.keys() >= _ALWAYS else ours
    values = [theirs.get(name, "") for name in info]
    # A row that begins so would be taken for the row of the points. Canvas doesn't know people by their names.
    values[0] = values[0].replace(_POINTS, _POINTS.replace(" ", "_"))
    return values


def _theirs(task: Task, theirs: Iterable[str], *, alone: bool) -> str | None:
    """Find the column of an exercise: by its title, or else by its id."""
    columns = [name for name in theirs if name not in _INFO]
    for wanted in [*([task.title] if alone else []), task.id]:
        fits = [name for name in columns if _folded(wanted) in {_folded(name), _folded(_title(name))}]
        fits = [name for name in fits if wanted in {name, _title(name)}] or fits
        if len(fits) > 1:
            raise UsageError(
                f"the roster has {len(fits)} columns for {task.id}: {'; '.join(one_line(name) for name in fits)}",
                hint="Rename the other assignments in Canvas, and download the gradebook again.",
            )
        if fits:
            return fits[0]
    return None


def _new(task: Task, *, alone: bool) -> str:
    """Name a new assignment."""
    title = " ".join(task.title.split()) or task.id
    if not alone or title in _INFO:
        title = f"{title} [{task.id}]"  # Canvas finds columns by their names, and always the first
    if _WITH_ID.fullmatch(title):
        title = (
            f"{title[: title.rindex('(')]}[{title[title.rindex('(') + 1 : -1]}]"  # Canvas would read an assignment's id
        )
    return _cells.returned(title)


def _title(name: str) -> str:
    """Take off the assignment's id, which Canvas puts behind the title."""
    match = _WITH_ID.fullmatch(name)
    return match[1] if match else name


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
