"""Kinds of submission: one file each, found by its name."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager  # noqa: TC003 - pydantic reads it
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003 - the dataclass decorator reads it
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.core.allowances import Allowances
from grader.core.model import Model
from grader.core.quantities import Bytes
from grader.core.result import Source
from grader.core.specs import BuildSpec, ContainerSpec, LimitSpec

if TYPE_CHECKING:
    from grader.core.progress import Progress
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.preparation import Preparation
    from grader.submissions.intake import Snapshot

PACKAGE = "grader.submissions"


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt's material: what was handed in, what the exercise says, where it runs."""

    snapshot: Snapshot
    exercise: Path
    """The exercise's folder."""
    ledger: Ledger
    preparation: Preparation
    progress: Progress
    images: tuple[str, ...] = ()
    build: BuildSpec = field(default_factory=BuildSpec)
    containers: dict[str, ContainerSpec] = field(default_factory=dict)
    limits: LimitSpec = field(default_factory=LimitSpec)
    taken: dict[str, str] = field(default_factory=dict)
    """Filled by `open`: what of the submission is used, for the Result."""
    flags: list[str] = field(default_factory=list)
    """Filled by `open`: what a person should read."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Filled by `open`: further fields of the Result."""
    allow: Allowances = field(default_factory=Allowances)

    def show(self, path: str, language: Literal["dockerfile", "shell", "yaml", "text"], text: str) -> None:
        """Have the Result keep a file of the student's: `text` is what has been read of it, before anything is laid."""
        self.facts["sources"] = (*self.facts.get("sources", ()), Source(path=path, language=language, text=text))


class Submission(Model):
    """What students hand in. A subclass in `grader/submissions/` adds its fields and `open`."""

    opens: ClassVar[type]
    """The class of target that `open` yields: its abilities are what checks may ask for."""

    isolated: ClassVar[bool] = False
    """Whether it can be looked at on a disposable engine only."""

    kind: str
    """Which kind: the name of a file in `grader/submissions`."""
    max_bytes: Annotated[Bytes, Field(gt=0)] = 10 * 1024 * 1024
    """Bytes that a submission may have, unpacked."""
    max_files: Annotated[int, Field(gt=0, le=100_000)] = 5_000
    """Files and folders that it may have."""

    @abstractmethod
    def open(self, work: Work) -> AbstractContextManager[Any]:
        """Give the target that checks look at, and undo everything afterwards.

        Raises SubmissionError for what the student can mend, PolicyError for what a person must look at.
        """
