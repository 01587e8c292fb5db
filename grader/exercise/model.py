"""`grader/exercise/v1`: what exercise.yaml may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path  # noqa: TC003 - the dataclass decorator reads it
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny

from grader.core.check import Check, Identifier
from grader.core.model import Model
from grader.core.specs import BuildSpec, ContainerSpec, LimitSpec
from grader.submissions import Submission


class Variable(Model):
    """A value that is fresh for every attempt, from a recorded seed: it defeats hard-coded answers."""

    random: Annotated[str, Field(pattern="^(hex([1-9]|[1-5][0-9]|6[0-4])|int|port)$")] | tuple[str, ...]
    """`hex8` (hexadecimal digits, 1 to 64), `int` (1000 to 9999), `port` (20000 to 29999), or a list to choose from."""


class ExerciseFile(Model):
    """An exercise: a task and how it is graded."""

    schema_: Literal["grader/exercise/v1"] = Field(alias="schema")
    """The version of this format."""
    id: Identifier
    """The name of the exercise's folder."""
    title: str
    level: Literal["beginner", "intermediate", "advanced"] = "beginner"
    topics: tuple[str, ...] = ()
    due: datetime | None = None
    """When it must be handed in, with a time zone. Checks with `visibility: after_due` wait for it."""
    vars: dict[Identifier, Variable | str | int] = Field(default_factory=dict)
    """Values that `${name}` stands for anywhere in this file; `$${name}` is the text itself."""
    submission: SerializeAsAny[Submission]
    """What students hand in."""
    images: tuple[str, ...] = ()
    """The only base images that a build may use; pulled and pinned before any student clock starts."""
    build: BuildSpec = Field(default_factory=BuildSpec)
    containers: dict[Identifier, ContainerSpec] = Field(default_factory=dict)
    """Containers of the student's image, by name; started when a check first needs one."""
    limits: LimitSpec = Field(default_factory=LimitSpec)
    checks: tuple[SerializeAsAny[Check], ...]
    """In the order in which they run."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A loaded exercise, its variables filled in from a seed."""

    file: ExerciseFile
    folder: Path
    digest: str
    """`sha256:` over every file of its folder."""
    seed: int
    values: dict[str, Any]
    """What each of `vars` stands for in this attempt."""

    @property
    def id(self) -> str:
        """The exercise's id."""
        return self.file.id

    @property
    def max_score(self) -> Decimal:
        """The points of all checks that are no bonus."""
        return sum((check.points for check in self.file.checks if not check.bonus), Decimal(0))
