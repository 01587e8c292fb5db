"""Which hand-in of a student counts, and which attempt of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from grader.core.handin import UNREAD
from grader.core.result import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from grader.store import Store
    from grader.store.rows import AttemptRow, HandInRow

Counts: TypeAlias = Literal["chosen", "last", "best"]
"""Which hand-in counts: the chosen one, or else the last; always the last by receipt time; the one with most points."""


@dataclass(slots=True)
class Standing:
    """One hand-in, and what grading has come to."""

    handin: HandInRow
    attempt: AttemptRow | None = None
    """The newest attempt with a verdict; the newest of all where none has one."""
    trouble: str | None = None
    """Why there is no verdict of a newer grading."""

    @property
    def settled(self) -> bool:
        """Whether there is a verdict: a score, or a rejection."""
        return self.attempt is not None and self.attempt.status != Status.UNGRADED


NOT_YET: Final = "not graded yet"
_FAILED: Final = "the machine that grades had a problem"


def standings(
    store: Store, exercises: Collection[str], gradings: Sequence[int] | None = None, student: str | None = None
) -> dict[tuple[str, str], list[Standing]]:
    """Give every hand-in by exercise and student, the first received first.

    Gradings are looked at from the newest to the oldest: one that had no verdict for reasons of the platform never
    takes the place of an older score. With `gradings`, only those are looked at, and only what is of them; with
    `student`, only what is of this one.
    """
    wanted = frozenset(exercises)

    def ours(row: HandInRow) -> bool:
        return row.exercise in wanted and student in {None, row.student}

    found = {} if gradings is not None else {row.id: Standing(row) for row in store.handins() if ours(row)}
    attempts = _statuses(store, wanted, student)
    numbers = sorted((row.id for row in store.gradings()) if gradings is None else gradings, reverse=True)
    for number in numbers:
        failures = {row.handin: row.cause for row in store.failures(number)}
        for row, attempt, _ in store.items(number):
            if not ours(row):
                continue
            standing = found.setdefault(row.id, Standing(row))
            if standing.settled:
                continue
            if attempt is not None and attempt not in attempts:
                attempts[attempt] = store.attempt(attempt)  # of another student, with the same work
            _take(standing, attempts[attempt] if attempt is not None else None, failures.get(row.id))
        if gradings is None and all(one.settled for one in found.values()):
            break
    grouped: dict[tuple[str, str], list[Standing]] = {}
    for standing in sorted(found.values(), key=lambda one: order(one.handin)):
        grouped.setdefault((standing.handin.exercise, standing.handin.student), []).append(standing)
    return {key: _read(several) for key, several in grouped.items()}


def _read(found: list[Standing]) -> list[Standing]:
    """Leave out what could not be read, unless there is nothing else: it was read later, or handed in again."""
    return [one for one in found if not one.handin.digest.startswith(UNREAD)] or found[-1:]


def _statuses(store: Store, exercises: Iterable[str], student: str | None) -> dict[str, AttemptRow]:
    return {row.id: row for exercise in exercises for row in store.attempts(exercise=exercise, student=student)}


def _take(standing: Standing, attempt: AttemptRow | None, cause: str | None) -> None:
    """Note what one more grading, an older one than those before, has come to."""
    if attempt is None:
        standing.trouble = standing.trouble or cause or NOT_YET
        return
    if attempt.status == Status.UNGRADED:
        standing.trouble = standing.trouble or cause or _FAILED
    if standing.attempt is None or attempt.status != Status.UNGRADED:
        standing.attempt = attempt


def order(row: HandInRow) -> tuple[datetime, int]:
    """Give what hand-ins of a student are sorted by: receipt, or, where nobody knows it, when it was first seen."""
    return row.received_at or row.first_seen, row.id


def counting(
    found: Sequence[Standing],
    counts: Counts,
    chosen: int | None,
    worth: Callable[[Standing], Decimal | None],
) -> Standing:
    """Give the one that counts; `worth` is its score with all that is taken off."""
    last = found[-1]
    if counts == "chosen":
        return next((one for one in found if one.handin.id == chosen), last)
    if counts == "last":
        return last
    scored = [(score, number) for number, one in enumerate(found) if (score := worth(one)) is not None]
    # Of equal ones, the last.
    return found[max(scored)[1]] if scored else last
