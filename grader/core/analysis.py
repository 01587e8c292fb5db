"""How the checks of an exercise did over a class, complete before any report reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from grader.core.model import Model
from grader.core.quantities import Points
from grader.core.text import StudentText


class Times(Model):
    """How long something took, in seconds."""

    count: int
    median: float
    p90: float
    """Nine of ten took no longer."""
    total: float


class Cause(Model):
    """Why a check failed, and how often."""

    cause: StudentText | None
    """The name of the diagnosis; None: there was none."""
    summary: StudentText
    """What it says; without a diagnosis, what the check says."""
    count: int
    students: tuple[StudentText, ...]
    """Some of those whom it happened to."""


class Suspect(Model):
    """A check to look at, and why."""

    check: str
    why: Literal["errors", "negative", "all_fail", "unexplained", "few_pass", "skipped", "slow", "all_pass"]
    reason: StudentText


class CheckStats(Model):
    """How one check did."""

    id: str
    title: str
    kind: str
    max_points: Points
    passed: int
    failed: int
    skipped: int
    error: int
    withheld: int
    pass_rate: float | None
    """Of those that passed or failed; None: there are none."""
    discrimination: float | None
    """From -1 to 1; None: it can't be told."""
    why_not: str | None = None
    """Why it can't be told."""
    unexplained: int
    """Failures without a diagnosis."""
    causes: tuple[Cause, ...]
    """The most frequent first."""
    seconds: Times | None

    @property
    def judged(self) -> int:
        """How many passed or failed."""
        return self.passed + self.failed


class Analysis(Model):
    """How the checks of an exercise did."""

    exercise: str
    title: str
    graded: int
    rejected: int
    ungraded: int
    missing: int
    all_passed: int
    median_score: Points | None
    """Of those that are graded, before anything is taken off."""
    max_score: Points | None
    """The highest that an attempt could reach."""
    checks: tuple[CheckStats, ...]
    """In the order of the exercise."""
    phases: dict[str, Times] = Field(default_factory=dict)
    seconds: Times | None = None
    """From the start of an attempt to its end."""
    first: tuple[Suspect, ...]
    """Which check to look at first."""
