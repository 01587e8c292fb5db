"""Gradebooks with sensible defaults: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from grader.core.gradebook import Entry, Gradebook, Override, Task
from grader.core.handin import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WHEN: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

HOSTILE: Final = (
    "=1+1", "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1;1)", "\t=1+1", "\r=1+1", "  =1+1", "\n=1+1", "\uff1d1+1",
    "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1)", "\u200b=1+1", "\u202e=1+1", '"=1+1"', 'x;"=1+1"', "a;=1+1", "a,=1+1",
    "a\t=1+1", "a\n=1+1", "a\r\n=1+1", 'a","=1+1', 'a"";=1+1', '=HYPERLINK("http://x.example","y")', "\x00=1+1",
    "\x1b[31m=1+1", "\ufeff=1+1", "\u22121+1", "\u2028=1+1", "\u00a0=1+1", '="x"', "'=1+1", "''", "-", "=",
)  # fmt: skip
"""Text that wants to be run by a spreadsheet, or to break out of its cell."""

HARMLESS: Final = (
    "Ada", "a-b", "e=mc", "1 + 1 = 2", "O'Neil, Ann", 'Ann "the" Nut', "semi;colon", "line\nline", "Zoë 😀", "日本語",
    "עברית", "x" * 300, "c:\\dir\\", "50 %", "a@example.org", "'quoted'", "'", '"', '""', "tab\ttab",
)  # fmt: skip
"""Text that must be read back as it was."""


def make_person(who: str = "ada", **changes: Any) -> Person:
    """Give one on the roster."""
    return Person(**{"id": who, "name": who.title(), "email": f"{who}@example.org", "login": who, **changes})


def make_task(name: str = "first-dockerfile", **changes: Any) -> Task:
    """Give an exercise of 10 points."""
    return Task(**{"id": name, "title": name.replace("-", " ").title(), "max_score": 10, **changes})


def make_override(**changes: Any) -> Override:
    """Give a decision about a whole score."""
    made: dict[str, Any] = {"exercise": "first-dockerfile", "student": "ada", "points": 9, "at": WHEN}
    return Override(**(made | {"reason": "a typo in the task"} | changes))


def make_book(
    people: Iterable[Person] = (),
    tasks: Iterable[Task] = (),
    entries: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
) -> Gradebook:
    """Give a gradebook in which everybody has 8 points, but for what `entries` says by student and exercise."""
    people, tasks, entries = tuple(people) or (make_person(),), tuple(tasks) or (make_task(),), entries or {}
    usual = {
        "status": "graded", "attempt": "3f2a", "handin": 1, "attempts": 1, "raw": 8, "score": 8, "max_score": 10,
        "received_at": WHEN, "graded_at": WHEN, "feedback": "passed (8 of 10): The image builds",
    }  # fmt: skip
    made = [
        Entry(**{"exercise": task.id, "student": person.id, **usual, **entries.get((person.id, task.id), {})})
        for person in people
        for task in tasks
    ]
    return Gradebook(tasks=tasks, people=people, entries=tuple(made))


NOTHING: Final[Mapping[str, Any]] = {
    "status": "missing", "attempt": None, "handin": None, "attempts": 0, "raw": None, "score": None,
    "received_at": None, "graded_at": None, "feedback": "", "message": "nothing was handed in",
}  # fmt: skip
"""What an entry says of who handed in nothing."""
