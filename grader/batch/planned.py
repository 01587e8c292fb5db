"""What is to be graded, and everything that a person should know before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the dataclass decorator reads it
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grader.core.handin import HandIn, Person
    from grader.core.late import LatePolicy


class Missing(NamedTuple):
    """Someone on the roster who handed in nothing for an exercise."""

    person: Person
    exercise: str


class Twice(NamedTuple):
    """Several hand-ins of one student for one exercise: all of them are graded."""

    person: Person
    exercise: str
    handins: tuple[HandIn, ...]
    """Earliest first; those whose time isn't known come before all others."""


class Stranger(NamedTuple):
    """Someone who handed in and isn't on the roster, or could be several who are."""

    person: Person
    labels: tuple[str, ...]
    """What was handed in, by its own names."""
    why: str
    near: tuple[Person, ...] = ()
    """Who it may be; a person decides, by a line in the roster."""


class Unplaced(NamedTuple):
    """Something in a hand-in that no exercise could be found for."""

    label: str
    """The hand-in."""
    path: str
    """Where in it; empty: all of it."""
    why: str
    students: tuple[str, ...] = ()
    """Whose it is: ids."""


class Trouble(NamedTuple):
    """A hand-in that can't be graded, since it can't be read."""

    label: str
    why: str
    students: tuple[str, ...] = ()
    """Whose it is: ids."""
    exercise: str | None = None
    """Which exercise it is of; None: any, as it can't be looked into."""


class Terms(NamedTuple):
    """Until when an exercise is to be handed in, and what lateness costs."""

    due: datetime | None = None
    late: LatePolicy | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a batch is to grade; made anew, and the same, each time that the batch is started."""

    handins: tuple[HandIn, ...]
    """By exercise, in their order; then by receipt time, first those of which at most files tell one; then by student,
    as in `people`."""
    people: tuple[Person, ...]
    """In the order of the roster; then those who aren't on it, by id."""
    missing: tuple[Missing, ...] = ()
    """Not those whose hand-in for it can't be read: `problems` has them."""
    twice: tuple[Twice, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    """Empty without a roster."""
    unplaced: tuple[Unplaced, ...] = ()
    problems: tuple[Trouble, ...] = ()
    terms: tuple[tuple[str, Terms], ...] = ()
    """By exercise: its own terms, or those that course.yaml has instead."""
    said: tuple[str, ...] = ()
    """What was assumed, and which mapping was taken: lines for a person."""
