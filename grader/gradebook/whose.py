"""A result as one student's own: the same work of several students is graded once, as the work of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.submissions.intake.snapshot import UNWRAPPED

if TYPE_CHECKING:
    from grader.core.result import Result
    from grader.store.rows import HandInRow


def own(result: Result, handin: HandInRow) -> Result:
    """Give a result as that of a hand-in with the same content: nothing in it names another student.

    What of it stands in the work itself is the same in both. When nothing says when it was handed in, that is when
    grading began, as in every result.
    """
    if result.submission.id == handin.student:
        return result
    received = handin.received_at or result.started_at
    mine = result.submission.model_copy(update={"id": handin.student, "received_at": received})
    return result.model_copy(update={"submission": mine, "flags": flags(result, handin.student)})


def flags(result: Result, student: str) -> tuple[str, ...]:
    """Give the flags that are about this student's work: how another one's was packed is not."""
    if result.submission.id == student:
        return result.flags
    return tuple(flag for flag in result.flags if not flag.startswith(UNWRAPPED))
