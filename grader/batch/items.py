"""What a batch has to do: each hand-in taken in, with the key by which its result is known."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from grader import __version__
from grader.batch.intake import taken
from grader.core.errors import ExerciseError, GraderError
from grader.core.key import result_key
from grader.exercise.load import load
from grader.submissions.intake import Caps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from grader.batch.intake import Taken
    from grader.core.handin import HandIn
    from grader.core.result import Outcome
    from grader.exercise.engines import Mode
    from grader.exercise.model import Exercise

_MARGIN = 900.0
"""Seconds, beyond all limits of an exercise, after which an attempt is lost: engines are made, images are pulled."""


@dataclass(slots=True)
class Item:
    """One hand-in of a batch, on its way to a result."""

    handin: HandIn
    id: int
    """Of the hand-in, in the store."""
    key: str
    digest: str
    notes: tuple[str, ...]
    whole: bool
    """Whether there is a snapshot of it."""
    tries: int = 0
    """How often the platform has failed it."""
    not_before: float = 0.0
    first: dict[str, Outcome] | None = None
    """What came of its checks while others ran, if a time was up then: it has to be seen again alone."""
    same: list[Item] = field(default_factory=list)
    """Others with the same work, which are answered with it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """An exercise as a batch uses it: frozen, with everything that its results depend on."""

    exercise: Exercise
    """Loaded from the frozen copy."""
    origin: Path
    images: Mapping[str, str]
    """Ids of its base images, by the names that it uses."""
    mode: Mode
    isolated: bool
    past_due: bool

    def key(self, digest: str, images: Mapping[str, str] | None = None) -> str:
        """Give the key of a submission's result; `images` if they were others than at the start."""
        file = self.exercise.file
        engine = f"isolated {file.engine.model_dump_json()}" if self.isolated else "host"
        return result_key(
            exercise_digest=self.exercise.digest,
            submission_digest=digest,
            images=self.images if images is None else images,
            engine=engine,
            past_due=self.past_due,
            version=__version__,
        )

    @property
    def caps(self) -> Caps:
        """How much a submission may hold."""
        wanted = self.exercise.file.submission
        return Caps(wanted.max_bytes, wanted.max_files)

    @property
    def deadline(self) -> float:
        """Seconds in which an attempt has come to its end, one way or the other."""
        file = self.exercise.file
        starts = (file.limits.start + spec.ready.within for spec in file.containers.values())
        phases = file.limits.pull + file.limits.checks + sum(starts) + file.build.timeout * (1 + len(file.checks))
        return float(phases) + _MARGIN


def freeze(exercise: Exercise, into: Path) -> Exercise:
    """Copy an exercise, so that nobody's editing changes it under a batch's feet. Raises ExerciseError."""
    folder = into / exercise.id
    try:
        shutil.copytree(exercise.folder, folder, ignore=shutil.ignore_patterns(".git"), ignore_dangling_symlinks=True)
    except (OSError, shutil.Error) as error:
        raise ExerciseError([f"{exercise.folder}: it can't be copied: {error}"]) from error
    frozen = load(folder)
    if frozen.digest != exercise.digest:
        raise ExerciseError([f"{exercise.folder}: it was changed at this moment"], hint="Run the same command again.")
    return frozen


def terms(
    exercise: Exercise, into: Path, images: Mapping[str, str], mode: Mode, *, isolated: bool, due: datetime | None
) -> Terms:
    """Settle what holds for an exercise during a batch."""
    mine = {name: images[name] for name in exercise.file.images}
    past_due = due is None or datetime.now(UTC) >= due
    return Terms(freeze(exercise, into), exercise.folder, mine, mode, isolated, past_due)


@dataclass(frozen=True, slots=True)
class Gone:
    """A hand-in that could not even be looked at."""

    handin: HandIn
    why: str


def take_in(
    handins: Sequence[HandIn],
    by_exercise: Mapping[str, Terms],
    scratch: Path,
    shelf: Shelf,
    report: Callable[[int], None],
) -> tuple[list[tuple[HandIn, Taken]], list[Gone]]:
    """Take all hand-ins in, their snapshots going to the shelf; `report` hears how many are."""
    found: list[tuple[HandIn, Taken]] = []
    gone: list[Gone] = []
    for number, handin in enumerate(handins, 1):
        try:
            one = taken(handin.path, by_exercise[handin.exercise].caps, scratch, shelf.has)
        except GraderError as error:
            gone.append(Gone(handin, error.message))
            continue
        if one.snapshot is not None:
            shelf.put(one)
        found.append((handin, one._replace(snapshot=None)))
        report(number)
    return found, gone


class Shelf(Protocol):
    """Where snapshots are kept."""

    def has(self, digest: str) -> bool:
        """Whether there is one of this digest."""

    def put(self, one: Taken) -> None:
        """Keep one."""
