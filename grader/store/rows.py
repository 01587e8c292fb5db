"""What the store takes and gives: one class per table, of plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from grader.core.gradebook import Override

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from grader.core.handin import ReceivedBy
    from grader.core.result import Result, Status

GradingKind = Literal["batch", "rescore"]
AttemptKind = Literal["ran", "rescored"]
How = Literal["ran", "stored", "rescored"]
"""How a grading came to an attempt: it ran, it was there already, or it was made from one that had run."""
Claimed = Literal["claimed", "taken", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseRow:
    """One version of an exercise."""

    digest: str
    id: str
    title: str
    max_score: Decimal
    due: datetime | None = None
    file: dict[str, Any]
    """The exercise.yaml as data, before `vars` are filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingRow:
    """One run of a batch over its submissions, however often it was interrupted; or one rescoring."""

    id: int
    kind: GradingKind
    identity: str
    """What makes a later run the same one, which goes on."""
    settings: dict[str, Any]
    grader_version: str
    started_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInRow:
    """What one student handed in for one exercise: the same content twice is the same hand-in."""

    id: int
    exercise: str
    student: str
    digest: str
    label: str
    path: Path
    received_at: datetime | None = None
    received_by: ReceivedBy
    notes: tuple[str, ...] = ()
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """An attempt to be written, without its result."""

    id: str
    kind: AttemptKind = "ran"
    of: str | None = None
    """The attempt that it was rescored from."""
    key: str
    exercise_digest: str
    status: Status
    score: Decimal | None = None
    max_score: Decimal | None = None
    started_at: datetime
    finished_at: datetime
    grader_version: str

    @classmethod
    def told_by(cls, result: Result, key: str, *, of: str | None = None) -> NewAttempt:
        """Take everything from a result; with `of` it is one that was rescored."""
        return cls(
            id=result.attempt,
            kind="ran" if of is None else "rescored",
            of=of,
            key=key,
            exercise_digest=result.exercise.digest,
            status=result.status,
            score=result.score,
            max_score=result.max_score,
            started_at=result.started_at,
            finished_at=result.finished_at,
            grader_version=result.grader_version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow(NewAttempt):
    """An attempt as it was written, with what its hand-in says; without its result."""

    grading: int
    """The grading that made it; others may have settled on it."""
    handin: int
    exercise: str
    student: str
    digest: str
    label: str
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """An infrastructure error."""

    id: int
    grading: int
    handin: int
    at: datetime
    cause: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    """What a person decided."""

    id: int
    exercise: str
    student: str
    check: str | None = None
    points: Decimal
    reason: str
    author: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    withdrawn_at: datetime | None = None

    @property
    def override(self) -> Override:
        """The same, as a gradebook has it."""
        return Override(
            exercise=self.exercise,
            student=self.student,
            check=self.check,
            points=self.points,
            reason=self.reason,
            author=self.author,
            at=self.at,
        )
