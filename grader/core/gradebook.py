"""The scores of a class, complete before any export reads them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar, Literal, TextIO

from grader.core.handin import Person
from grader.core.model import Model
from grader.core.quantities import Points
from grader.core.text import StudentText

PACKAGE = "grader.exports"

Standing = Literal["graded", "rejected", "ungraded", "missing"]
"""`missing`: nothing was handed in."""


class Task(Model):
    """One exercise: a column of the gradebook."""

    id: str
    title: str
    max_score: Points
    due: datetime | None = None


class Override(Model):
    """What a person decided, kept over all regrades."""

    exercise: str
    student: StudentText
    check: str | None = None
    """The id of a check; None: the whole score."""
    points: Points
    """What the check is worth then, or the final score, with nothing taken off for lateness."""
    reason: StudentText
    at: datetime
    author: StudentText = ""


class Entry(Model):
    """One student's standing in one exercise."""

    exercise: str
    student: StudentText
    status: Standing
    attempt: str | None = None
    """The attempt that counts."""
    handin: int | None = None
    attempts: int = 0
    """How many hand-ins there are."""
    raw: Points | None = None
    """As graded, overrides of checks included."""
    late_percent: Points | None = None
    """What is taken off for lateness, in percent; None: in time."""
    late_seconds: int = 0
    score: Points | None = None
    """What counts. None: there is no score, for a reason that the status names; never the same as 0."""
    max_score: Points | None = None
    overrides: tuple[Override, ...] = ()
    received_at: datetime | None = None
    graded_at: datetime | None = None
    message: StudentText | None = None
    flags: tuple[StudentText, ...] = ()
    feedback: StudentText = ""
    """What the student may read: a line per check, with what is hidden left out."""


class Gradebook(Model):
    """The scores of a class."""

    tasks: tuple[Task, ...]
    people: tuple[Person, ...]
    """In the order of the roster; those that aren't on it last."""
    entries: tuple[Entry, ...]
    """One for each person and task, in the order of people, then tasks."""


class Export(ABC):
    """Writes a gradebook in one format; decides nothing, and escapes what students wrote for its own medium."""

    suffix: ClassVar[str]
    """The usual ending of a file in this format, without the dot."""

    def __init__(self) -> None:
        self.rows = 0
        """How many were written, without those that only name columns."""
        self.remarks: list[str] = []
        """What a person should know of the file: who is not in it and why, what reading it will change."""

    @abstractmethod
    def write(self, book: Gradebook, stream: TextIO) -> None:
        """Write all of it to a text stream that was opened with `newline=""`."""
