"""How far a batch has come: what its progress shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.batch.backend import Running

_ENOUGH = 5
"""Attempts from which on their pace says something about the rest."""


@dataclass(slots=True)
class Tally:
    """The state of a batch at one moment."""

    total: int = 0
    slots: int = 1
    """How many run at the same time."""
    stored: int = 0
    """Answered from the store."""
    same: int = 0
    """The same work as another one of this batch, and answered with that."""
    ran: int = 0
    """Graded or rejected in this run."""
    passed: int = 0
    """Of these: all checks passed."""
    rejected: int = 0
    ungraded: int = 0
    """Given up on, after several tries: the platform's doing."""
    retries: int = 0
    again: int = 0
    """Waiting to be seen alone, since a time was up while others ran."""
    elsewhere: int = 0
    """In the hands of another batch."""
    running: Sequence[Running] = field(default_factory=tuple)
    seconds: float = 0.0
    """Since the first attempt was started."""
    paused: str | None = None
    """Why nothing new is started."""

    @property
    def left(self) -> int:
        """How many have no result yet, those that run included."""
        return self.total - self.stored - self.same - self.ran - self.ungraded

    @property
    def rate(self) -> float | None:
        """Attempts per second; None while there are too few to tell."""
        done = self.ran + self.ungraded
        return done / self.seconds if done >= _ENOUGH and self.seconds > 0 else None

    @property
    def remaining(self) -> float | None:
        """Seconds until all are done, at the pace so far; those that run alone take as many times longer."""
        return (self.left + self.again * (self.slots - 1)) / self.rate if self.rate else None


class Watcher(Protocol):
    """Is told how a batch goes."""

    def phase(self, name: str) -> None:
        """Something before the first attempt begins: `Taking in 300 submissions`."""

    def tally(self, tally: Tally) -> None:
        """This is the state now; several times a second."""

    def note(self, text: str) -> None:
        """Something happened that a person should know."""
