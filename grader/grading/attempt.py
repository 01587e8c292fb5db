"""One grading of one submission, as far as it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from grader.core.result import CheckResult
    from grader.exercise.model import Exercise


@dataclass(slots=True)
class Attempt:
    """What is known so far."""

    exercise: Exercise
    id: str
    started: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    """Fields of the Result."""
    checks: list[CheckResult] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    """By the id of a result: the check that it is of."""
    taken: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    """The ids of checks that are not run, as they need an engine and there is none."""
    flags: list[str] = field(default_factory=list)
    digest: str | None = None
