"""What several of these commands do alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from grader.core.quantities import show_points

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from grader.core.gradebook import Entry
    from grader.core.handin import Person
    from grader.store import Store
    from grader.store.rows import GradingRow

_NUMBERS: Final = 10
"""Gradings that are named where one is meant that there is not."""

COUNTS = click.option(
    "--counts",
    type=click.Choice(["chosen", "last", "best"]),
    default="chosen",
    help="Which of several hand-ins counts: the one that was chosen by hand or else the last, always the last, or the "
    "one with the highest score.  [default: chosen]",
)


def exercises(store: Store, wanted: Sequence[str]) -> list[str]:
    """Give the exercises that are meant, or all. Raises UsageError for one that the store knows nothing of."""
    from grader.core.errors import UsageError
    from grader.core.text import did_you_mean, quoted

    known = store.exercises()
    for name in wanted:
        if name not in known:
            near = did_you_mean(name, known) if known else ""
            raise UsageError(f"nothing of the exercise {quoted(name)} is in {store.name}{near}")
    return [name for name in known if name in wanted] if wanted else known


def named(exercise: str) -> str:
    """Give the id of an exercise that is named by its id or by its folder."""
    from pathlib import Path

    from grader.exercise.load import FILE

    path = Path(exercise)
    path = path.parent if path.name == FILE else path
    return path.resolve().name if (path / FILE).is_file() else exercise


def grading(store: Store, word: str) -> GradingRow:
    """Give the grading that is meant: by its number, or `latest`, or `previous`. Raises UsageError."""
    from grader.core.errors import UsageError
    from grader.core.text import quoted

    if word in {"latest", "previous"}:
        rows = store.gradings()[(word == "previous") :]
        if not rows:
            raise UsageError(f"there is no {word} grading in {store.name}")
        return rows[0]
    if not (word.isascii() and word.isdecimal() and len(word) < 10):  # noqa: PLR2004 - what a database can count to
        raise UsageError(f"{quoted(word)} is no grading", hint="Give its number, or latest, or previous.")
    known = {row.id: row for row in store.gradings()}
    if int(word) not in known:
        there = f"There are: {_few(sorted(known))}." if known else "There is none."
        raise UsageError(
            f"there is no grading {int(word)} in {store.name}",
            hint=f"{there} `grader results list --gradings` says what they are.",
        )
    return known[int(word)]


def _few(numbers: Sequence[int]) -> str:
    left = "…, " if len(numbers) > _NUMBERS else ""
    return left + ", ".join(map(str, numbers[-_NUMBERS:]))


def score(points: Decimal | None, most: Decimal | None) -> str:
    """Write a score; none is a dash, which is not 0."""
    if points is None:
        return "-"
    return show_points(points) + (f"/{show_points(most)}" if most is not None else "")


def when(moment: datetime | None) -> str:
    """Write a moment, in the time zone of whoever reads it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z") if moment is not None else "unknown"


def who(person: Person) -> str:
    """Name a person: `Ada Lovelace (s001)`."""
    from grader.core.text import one_line

    name = one_line(person.name, 60)
    return f"{name} ({one_line(person.id, 60)})" if name else one_line(person.id, 60)


def late(entry: Entry) -> str:
    """Say in a few characters how late something is, and what that costs: `1d 2h -20 %`."""
    seconds = entry.late_seconds
    if not seconds:
        return ""
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, -(-(seconds % 3600) // 60)
    span = f"{days}d {hours}h" if days else f"{hours}h {minutes}m" if hours else f"{minutes}m"
    return f"{span} -{show_points(entry.late_percent)} %" if entry.late_percent else span


def count(number: int, one: str, several: str | None = None) -> str:
    """Write `1 student`, `2 students`."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
