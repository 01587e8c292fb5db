"""The base of every check: fields that all of them have, and how one is run."""

from __future__ import annotations

import inspect
import typing
from abc import abstractmethod
from contextlib import nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from grader.core import abilities
from grader.core.model import Model
from grader.core.quantities import Points, Seconds
from grader.core.result import Feedback, Visibility
from grader.core.specs import In, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from grader.core.setting import Setting
    from grader.core.specs import BuildSpec

PACKAGE = "grader.checks"

_FIXED = frozenset(
    {
        *(abilities.Source, abilities.Builds, abilities.Rebuilds, abilities.Contexts, abilities.Images),
        *(abilities.Files, abilities.FilesOfImages, abilities.Layered),
    }
)
"""What stays as it is once it is made; files do, unless they are those of a container."""

_HANDED_IN = frozenset({abilities.Source, abilities.Contexts})
"""What is there as soon as a submission is: its files."""


def _identifier(value: str) -> str:
    if not value or not value.replace("-", "").replace("_", "").isalnum() or not value.isascii():
        raise ValueError("an id has letters, digits, - and _ only")
    return value


Identifier = Annotated[str, Field(max_length=64), AfterValidator(_identifier)]
"""A name that may become part of a path, a test id or an anchor."""


class Check(Model):
    """One assertion of an exercise. A subclass in `grader/checks/` adds its fields and `run`."""

    example: ClassVar[str] = ""
    """YAML for the reference page; a test loads it."""
    nested: ClassVar[tuple[str, ...]] = ()
    """The fields that hold checks: those of a group (see `grader.core.nested`)."""

    several: ClassVar[bool] = False
    """Whether it has a result for each of several things with points of their own, which it knows once it is run."""

    id: Identifier
    """Unique in the exercise; `needs` and reports refer to it."""
    kind: str
    """Which check: the name of a file in `grader/checks`."""
    title: str = ""
    """What the student reads; default: the id."""
    points: Points = Field(default=Decimal(1))
    """Points for passing: 0 or more, decimals allowed."""
    bonus: bool = False
    """Extra credit: adds to the score, not to the maximum."""
    needs: tuple[str, ...] = ()
    """Ids of checks that must have passed; otherwise this one is skipped."""
    in_: In | None = Field(default=None, alias="in")
    """Which container to look at: its name, or a map for one that the student made; default: the only one, or `main`.
    """
    within: Seconds | None = None
    """Retry until it holds, for this long."""
    lasts: Annotated[Seconds, Field(gt=0)] | None = None
    """Once it holds, it must go on holding for this long; it is looked at again and again meanwhile."""
    timeout: Annotated[Seconds, Field(gt=0, le=3600)] = 30.0
    """Time that the check may take in all, `within` and `lasts` included."""
    hint: str | None = None
    """Shown when it fails: what the student should try."""
    visibility: Visibility = Visibility.VISIBLE
    """`visible`; `hidden`: only points are shown; `after_due`: run only after the due date."""
    feedback: Feedback = Feedback.FULL
    """`full`; `actual_only`: not what was expected; `none`: only the outcome."""

    @abstractmethod
    def run(self, target: Any) -> None:
        """Return if the check holds.

        Raises Failure if it doesn't, Unmet if there is nothing to look at, SandboxError if the platform is at fault.
        The annotation of `target` is the ability that the check needs.
        """

    def announce(self, target: Any) -> None:
        """Tell the target what `run` will need, so that it can be made ready, or fetched together with other things."""
        if self.ability() is abilities.Containers:
            target.expect(self.in_)
        for _, part in self.parts():
            part.announce(target)

    def parts(self) -> Iterator[tuple[tuple[str | int, ...], Check]]:
        """Give the checks that a group is made of, each with its place among the fields."""
        for name in self.nested:
            value = getattr(self, name)
            if isinstance(value, Check):
                yield (name,), value
            elif isinstance(value, tuple):
                yield from (((name, index), part) for index, part in enumerate(value))

    def family(self) -> Iterator[Check]:
        """Give the check itself, and all that are inside it at any depth."""
        yield self
        for _, part in self.parts():
            yield from part.family()

    def expand(self, setting: Setting) -> AbstractContextManager[Sequence[Check]]:  # noqa: ARG002 - for subclasses
        """Give what is run and reported: the check itself; of one with several results, a check for each."""
        return nullcontext((self,))

    def faults(self, folder: Path) -> Iterator[tuple[str, str]]:  # noqa: ARG002 - for subclasses
        """Say what is wrong with the files that it names, below the exercise's folder: field and message."""
        return iter(())

    def against(self, build: BuildSpec) -> Iterator[tuple[str, str]]:  # noqa: ARG002 - for subclasses
        """Say what doesn't go with how the exercise builds the image: field and message."""
        return iter(())

    @property
    def problem(self) -> str | None:
        """Why it can't be carried out as it is written; None where that isn't known before it is run."""
        return None

    @property
    def fixed(self) -> bool:
        """Whether what it looks at can't change any more, so that it is of no use to look again."""
        parts = [part for _, part in self.parts()]
        if parts:
            return all(part.fixed for part in parts)
        return self.in_ is None and self.ability() in _FIXED

    @property
    def needs_engine(self) -> bool:
        """Whether it can be carried out on a Docker engine only; else what was handed in is enough for it."""
        parts = [part for _, part in self.parts()]
        if parts:
            return any(part.needs_engine for part in parts)
        return self.needs_ability() not in _HANDED_IN

    @property
    def label(self) -> str:
        """The title, or the id."""
        return self.title or self.id

    @property
    def reached_port(self) -> int | None:
        """The container port that it connects to, which must be published."""
        return getattr(self, "port", None)

    @property
    def asked_port(self) -> int | None:
        """The container port that the check is about, for diagnoses."""
        return getattr(self, "port", None)

    @property
    def asked_host_port(self) -> int | None:
        """The port of the student's machine that the check is about, for diagnoses."""
        return self.in_.publishes if isinstance(self.in_, Where) else None

    @property
    def base_images(self) -> tuple[tuple[str, str], ...]:
        """Fields that name one of the exercise's images, with what they say."""
        return ()

    @classmethod
    def ability(cls) -> type:
        """Give the ability that `run` asks for."""
        name = inspect.signature(cls.run).parameters["target"].annotation
        found = getattr(abilities, name, None) if isinstance(name, str) else name
        if not isinstance(found, type):
            raise TypeError(f"{cls.__name__}.run: annotate target with one of grader.core.abilities")
        return found

    def needs_ability(self) -> type:
        """Give the ability that this very check asks for: more than `ability()`, where only some fields need it."""
        return self.ability()

    @classmethod
    def uses_container(cls) -> bool:
        """Whether `in` has a meaning for this kind."""
        return cls.ability() in (abilities.Containers, abilities.Runs, abilities.Files)


def kind_of(cls: type[Check]) -> str:
    """Give the name of a check class: the Literal of its `kind`."""
    return str(typing.get_args(cls.model_fields["kind"].annotation)[0])
