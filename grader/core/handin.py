"""Who handed in what, for which exercise, and when."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from grader.core.model import Model
from grader.core.text import StudentText

UNREAD: Final = "unread:"
"""What the digest of a hand-in begins with that could not even be read."""

ReceivedBy = Literal["source", "commit", "roster", "file"]
"""What says when work was handed in: the source's own metadata (a name, a table), the time of a git commit, the
roster, or, for want of anything better, the times of the files."""


class Person(Model):
    """One student of a class, as the roster or a source tells."""

    id: StudentText
    """What the person is known by here: unique in a class."""
    name: StudentText = ""
    email: StudentText = ""
    login: StudentText = ""
    section: StudentText = ""
    group: StudentText = ""
    extensions: dict[str, str] = Field(default_factory=dict)
    """By exercise, or `*` for all: another due date (ISO 8601 with a time zone), or how much later it is (`3d`)."""
    columns: dict[str, StudentText] = Field(default_factory=dict)
    """Every column of the roster, by its own name: exports give a learning platform its own ids back."""
    on_roster: bool = True
    """False: nobody on the roster is this one, or there is no roster."""


class Found(Model):
    """One student's work, as a source holds it: a whole hand-in, which may be of several exercises."""

    who: dict[str, StudentText]
    """What the source says of the student: any of id, name, email, login, and words of its own."""
    path: Path
    """A folder, an archive or a single file."""
    label: StudentText
    """The work's own name in its source, for people: a folder, a file, an address."""
    received_at: datetime | None = None
    received_by: ReceivedBy = "file"
    exercise: str | None = None
    """Which exercise it is of, where the source says so itself."""
    notes: tuple[StudentText, ...] = ()
    """What a person should know of it, for example that the platform marks it as late."""
    problem: StudentText | None = None
    """Why it can't be graded, where the source could not be read: it is listed, and never dropped."""


class HandIn(Model):
    """One student's work for one exercise."""

    exercise: str
    student: StudentText
    """The id of the person."""
    path: Path
    """A folder, an archive or a single file."""
    label: StudentText
    received_at: datetime | None = None
    received_by: ReceivedBy = "file"
    notes: tuple[StudentText, ...] = ()
