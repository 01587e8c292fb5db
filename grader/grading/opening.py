"""An attempt's engine and target: made ready for whatever looks at it, and undone afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.core.setting import Setting
from grader.sandbox.absent import Absent
from grader.sandbox.ledger import Ledger
from grader.sandbox.preparation import Preparation
from grader.submissions import Work
from grader.submissions.intake import Caps, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.core.progress import Progress
    from grader.exercise.model import Exercise
    from grader.grading.attempt import Attempt
    from grader.sandbox.engine import Engine


class Opened(NamedTuple):
    """A submission that can be looked at."""

    target: Any
    setting: Setting


def setting_of(
    exercise: Exercise, scratch: Path, submission: Path | None = None, engine: Engine | None = None
) -> Setting:
    """Give where the checks of an exercise are carried out."""
    return Setting(
        exercise.folder,
        scratch,
        submission,
        containers=exercise.file.containers,
        environment=dict if engine is None else engine.environment,
        ids=frozenset(check.id for check in exercise.file.checks),
    )


@contextmanager
def opened(
    attempt: Attempt,
    source: Path,
    scratch: Path,
    connect: Callable[[], Engine],
    progress: Progress,
    *,
    keep: bool = False,
) -> Iterator[Opened]:
    """Take the submission in, open it on an engine, and remove all that was made there; `keep` leaves it.

    What becomes known goes to the attempt.
    """
    exercise = attempt.exercise
    file = exercise.file
    snapshot = take(source, scratch / "submission", Caps(file.submission.max_bytes, file.submission.max_files))
    attempt.digest = snapshot.digest
    attempt.flags += snapshot.notes
    engine = connect()
    try:
        # Where there is no engine, there are no images either.
        images = () if isinstance(engine, Absent) else file.images
        preparation = Preparation(engine, images, progress, file.limits.pull)
        ledger = Ledger(engine, attempt.id)
        try:
            work = Work(
                snapshot=snapshot,
                exercise=exercise.folder,
                ledger=ledger,
                preparation=preparation,
                progress=progress,
                images=file.images,
                build=file.build,
                containers=file.containers,
                limits=file.limits,
                allow=file.allow,
                taken=attempt.taken,
                flags=attempt.flags,
                facts=attempt.facts,
            )
            with engine.used(), file.submission.open(work) as target:
                yield Opened(target, setting_of(exercise, scratch, snapshot.root, engine))
        finally:
            try:
                attempt.facts |= preparation.facts()
            finally:  # a second Ctrl-C, while that waits for the engine, must not leave anything either
                attempt.flags += ledger.leave() if keep else ledger.close()
    finally:
        engine.close()
