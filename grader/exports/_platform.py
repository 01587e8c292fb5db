"""What exports for learning platforms share: whom they know, and what a person is told of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.errors import UsageError
from grader.core.quantities import show_points
from grader.core.text import one_line
from grader.exports import _cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from grader.core.gradebook import Entry, Export, Gradebook, Task
    from grader.core.handin import Person

Entries = dict[tuple[str, str], "Entry"]
"""By student and exercise."""

_WHY: Final[dict[str, str]] = {
    "missing": "nothing handed in", "ungraded": "not graded yet", "rejected": "rejected", "graded": "no score",
}  # fmt: skip


def names(people: Iterable[Person]) -> str:
    """Name people in a remark: all of them, as none may be lost; names have commas."""
    return "; ".join(one_line(person.name or person.id) for person in people)


def known(book: Gradebook, export: Export, platform: str) -> list[Person]:
    """Give who is on the roster, and remark who isn't: a platform knows only its own."""
    there = [person for person in book.people if person.on_roster]
    if not there:
        raise UsageError(
            f"nobody here is on a roster, and {platform} takes scores only for those that it knows",
            hint=f"Download the roster from {platform}, and name it: --roster FILE.",
        )
    strange = [person for person in book.people if not person.on_roster]
    if strange:
        export.remarks.append(f"Left out, as they are not on the roster: {names(strange)}.")
    return there


def entries(book: Gradebook) -> Entries:
    """Give the entries by student and exercise."""
    return {(entry.student, entry.exercise): entry for entry in book.entries}


def remark_guarded(export: Export, values: Iterable[str], platform: str) -> None:
    """Say which of the names that a platform knows people by could not be given back as they are."""
    guarded = [one_line(value) for value in values if _cells.changed(value)]
    if guarded:
        export.remarks.append(
            f"A spreadsheet would run these, so they have an apostrophe, and {platform} does not find them: "
            f"{'; '.join(guarded)}. Enter their scores by hand."
        )


def remark_uneven(export: Export, people: Sequence[Person], task: Task, found: Entries) -> None:
    """Say whose score is of fewer points than the exercise has: what could not be checked counts for nobody."""
    uneven = [
        f"{one_line(person.name or person.id)} (of {show_points(entry.max_score)})"
        for person in people
        if (entry := found[person.id, task.id]).score is not None
        and entry.max_score is not None
        and entry.max_score < task.max_score
        and not any(one.check is None for one in entry.overrides)
    ]
    if uneven:
        export.remarks.append(
            f"{one_line(task.title)}: not every check could be looked at, so the score is of less than "
            f"{show_points(task.max_score)}: {'; '.join(uneven)}."
        )


def remark_scoreless(export: Export, people: Sequence[Person], task: Task, found: Entries, then: str) -> None:
    """Say who has no score, and why: a missing score is never 0."""
    reasons: dict[str, list[Person]] = {}
    for person in people:
        entry = found[person.id, task.id]
        if entry.score is None:
            reasons.setdefault(_WHY[entry.status], []).append(person)
    for reason, those in reasons.items():
        export.remarks.append(f"{one_line(task.title)}, {reason}, so {then}: {names(those)}.")


def capped(score: Decimal | None, most: Decimal) -> tuple[Decimal | None, bool]:
    """Give a score that is not above the maximum, and whether it was."""
    return (most, True) if score is not None and score > most else (score, False)


def remark_capped(export: Export, those: Sequence[str]) -> None:
    """Say whose score was above the maximum."""
    if those:
        export.remarks.append(
            f"Written as full marks, as Moodle takes no more unless the site allows it: {'; '.join(those)}."
        )


def unescaped(value: str) -> str:
    """Keep PHP, which Moodle reads with, from taking a backslash for an escape of the quote behind it."""
    value = value.replace('\\"', '\\ "')
    return f"{value} " if value.endswith("\\") else value
