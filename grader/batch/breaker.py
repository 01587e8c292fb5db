"""A circuit breaker: when the platform fails one student after the other, going on would only fail the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

OPENS_AT: Final = 3
"""Students in a row whom the platform has failed."""
PAUSES: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds until the engine is looked at again; the last one repeats."""
GIVES_UP: Final = 900.0
"""Seconds without one success after which the batch stops."""


class Breaker:
    """Closed: all is well. Open: nothing new is started until the engine answers, and then one attempt alone."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: list[str] = []
        self._since = 0.0
        self._next = 0.0
        self._looks = 0
        self.trying = False
        """Whether the engine answers again and one attempt is let through."""
        self.cause = ""

    @property
    def open(self) -> bool:
        """Whether the batch pauses."""
        return len(self._failed) >= OPENS_AT

    @property
    def hopeless(self) -> bool:
        """Whether it has lasted for so long that a person should look."""
        return self.open and self._clock() - self._since >= GIVES_UP

    @property
    def pause(self) -> float:
        """Seconds until the engine is to be looked at again."""
        return max(0.0, self._next - self._clock())

    def succeeded(self) -> None:
        """An attempt came to a verdict."""
        self._failed.clear()
        self.trying = False

    def failed(self, student: str, cause: str) -> None:
        """The platform has failed a student; the same one again tells nothing new."""
        was_open = self.open
        if student not in self._failed:
            self._failed.append(student)
        self.cause = cause
        if self.trying:
            self.trying = False
            self._put_off()
        elif self.open and not was_open:
            self._since, self._looks = self._clock(), 0
            self._put_off()

    def looked(self, *, answers: bool) -> None:
        """Say whether the engine answers."""
        self.trying = answers
        if not answers:
            self._put_off()

    def _put_off(self) -> None:
        self._next = self._clock() + PAUSES[min(self._looks, len(PAUSES) - 1)]
        self._looks += 1
