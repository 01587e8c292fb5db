"""`grader/exercise/v1`: what exercise.yaml may say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path  # noqa: TC003 - the dataclass decorator reads it
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, SerializeAsAny, Tag

from grader.core.allowances import Allowances
from grader.core.check import Check, Identifier
from grader.core.late import LatePolicy
from grader.core.model import Model
from grader.core.specs import BuildSpec, ContainerSpec, EngineSpec, LimitSpec, Where
from grader.submissions import Submission

_RANDOM: Final = "^(hex([1-9]|[1-5][0-9]|6[0-4])|int|port)$"


def _source(value: object) -> object:
    # One sentence about what is meant, instead of one about each alternative.
    if isinstance(value, str) and re.fullmatch(_RANDOM, value):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(one, str | int | float) for one in value):
        return [str(one) for one in value]
    raise ValueError("must be hex1 to hex64, int, port, or a list of values to choose from")


def _plain(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be text, a number, or a map such as {random: hex8}")  # noqa: TRY004 - pydantic reports ValueError
    return value


class Variable(Model):
    """A value that is fresh for every attempt, from a recorded seed: it defeats hard-coded answers."""

    random: Annotated[
        str | tuple[str, ...],
        BeforeValidator(
            _source,
            json_schema_input_type=Annotated[str, Field(pattern=_RANDOM)]
            | Annotated[list[str | float], Field(min_length=1)],
        ),
    ]
    """`hex8` (hexadecimal digits, 1 to 64), `int` (1000 to 9999), `port` (20000 to 29999), or a list to choose from."""


Declared: TypeAlias = Annotated[
    Annotated[Variable, Tag("map")]
    | Annotated[str | int | float, BeforeValidator(_plain, json_schema_input_type=str | float), Tag("plain")],
    Discriminator(lambda value: "map" if isinstance(value, dict | Variable) else "plain"),
]
"""A random value, or a plain one that several places share."""


class ExerciseFile(Model):
    """An exercise: a task and how it is graded."""

    schema_: Literal["grader/exercise/v1"] = Field(alias="schema")
    """The version of this format."""
    id: Identifier
    """The name of the exercise's folder."""
    title: Annotated[str, Field(min_length=1)]
    """What students read."""
    level: Literal["beginner", "intermediate", "advanced"] = "beginner"
    """How hard it is."""
    topics: tuple[str, ...] = ()
    """Words to find it by."""
    due: datetime | None = None
    """When it must be handed in, with a time zone. Checks with `visibility: after_due` wait for it."""
    late: LatePolicy | None = None
    """What lateness costs; needs `due`. Default: nothing, and it is only noted."""
    vars: dict[Identifier, Declared] = Field(default_factory=dict)
    """Values that `${name}` stands for in any value of this file; `$${name}` is the text itself."""
    submission: SerializeAsAny[Submission]
    """What students hand in."""
    images: tuple[str, ...] = ()
    """The only base images that a build may use; pulled and pinned before any student clock starts."""
    build: BuildSpec = Field(default_factory=BuildSpec)
    """How the image is built."""
    containers: dict[Identifier, ContainerSpec] = Field(default_factory=dict)
    """Containers of the student's image, by name; started when a check first needs one."""
    allow: Allowances = Field(default_factory=Allowances)
    """What students' own docker commands may do beyond the default."""
    engine: EngineSpec = Field(default_factory=EngineSpec)
    """The limits of the disposable engine."""
    limits: LimitSpec = Field(default_factory=LimitSpec)
    """How long the phases of an attempt may take."""
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
        """The points of all checks that are no bonus, as far as the file says them."""
        return sum((check.points for check in self.file.checks if not check.bonus), Decimal(0))

    @property
    def open_score(self) -> bool:
        """Whether there are more points than those: tests say theirs when they are run."""
        return any(check.several for check in self.file.checks)

    @property
    def container_names(self) -> frozenset[str]:
        """The names of the students' own containers that checks look for."""
        every = (part for check in self.file.checks for part in check.family())
        found = (check.in_.container for check in every if isinstance(check.in_, Where))
        return frozenset(name for name in found if name is not None)
