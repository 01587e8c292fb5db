"""What runs attempts: the words between a batch and a backend."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from grader.core.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence


class Job(Model):
    """One attempt that is to be made."""

    handin: int
    exercise: Path
    """The exercise's folder, frozen for the batch."""
    submission: Path
    """A snapshot (`.tar.gz`), or, where none could be taken, what was handed in."""
    is_snapshot: bool = True
    student: str
    received_at: datetime | None = None
    notes: tuple[str, ...] = ()
    """What taking it in has told."""
    mode: Literal["auto", "host", "isolated"] = "auto"
    batch: str = ""
    """Whose disposable engines it may use."""
    deadline: float = 3600.0
    """Seconds after which whatever runs it has lost its way: far more than the limits of all phases together."""


class Running(NamedTuple):
    """What goes on now."""

    handin: int
    student: str
    seconds: float
    phase: str


class Ended(NamedTuple):
    """An attempt has come to its end, one way or the other."""

    handin: int
    result: bytes | None
    """The Result as JSON; None: the backend failed, and `cause` says how."""
    cause: str = ""
    waited: tuple[str, ...] = ()
    """Ids of the checks that failed because, or after, a time was up."""
    crowded: bool = False
    """Whether others ran at the same time."""


class Backend(Protocol):
    """Runs jobs, several at a time, and tells when one has ended. Never raises for what a job does."""

    slots: int
    """How many run at the same time."""

    def start(self, job: Job) -> None:
        """Run a job; only as many at a time as there are slots."""

    def wait(self, seconds: float) -> Sequence[Ended]:
        """Give the jobs that have ended, once there are some or the time is up."""

    def running(self) -> Sequence[Running]:
        """Say what goes on."""

    def bugs(self) -> Sequence[str]:
        """Give the tracebacks of bugs that checks have met since the last call."""

    def interrupt(self) -> None:
        """Have all jobs stop now and clean up; `wait` gives them as ended, with a cause."""

    def close(self, *, at_once: bool = False) -> None:
        """End everything, by force where need be; or by force at once, and `wait` gives what ended so."""
