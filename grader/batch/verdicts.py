"""Results that a batch makes itself, of what an attempt told, or did not tell."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from grader import __version__
from grader.core.result import ExerciseRef, Result, Status, SubmissionRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.batch.items import Item, Terms
    from grader.core.result import Outcome

ONLY_CROWDED: Final = (
    "Limits were hit while other submissions were graded at the same time. Graded by itself, it came to this result."
)


def nothing(item: Item, terms: Terms, cause: str) -> Result:
    """Give the result of an attempt of which nothing came back: there is no score."""
    exercise = terms.exercise
    moment = datetime.now(UTC)
    return Result(
        attempt=secrets.token_hex(16),
        exercise=ExerciseRef(id=exercise.id, title=exercise.file.title, digest=exercise.digest),
        submission=SubmissionRef(
            id=item.handin.student,
            kind=exercise.file.submission.kind,
            digest=item.digest,
            received_at=item.handin.received_at or moment,
        ),
        status=Status.UNGRADED,
        message=cause,
        seed=0,
        started_at=moment,
        finished_at=moment,
        grader_version=__version__,
    )


def seen_twice(crowded: Mapping[str, Outcome], alone: Result) -> Result:
    """Give the result of the attempt that ran alone, with a flag if its outcomes are others than in the crowd."""
    if {one.id: one.outcome for one in alone.checks} == crowded:
        return alone
    return alone.model_copy(update={"flags": (*alone.flags, ONLY_CROWDED)})
