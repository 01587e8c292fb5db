"""A kind of submission whose containers the student makes, for tests that need no engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from grader.submissions import Submission, Work
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Own(Submission):
    """Serves every check."""

    opens: ClassVar[type] = FakeTarget

    kind: Literal["own"] = "own"

    def open(self, work: Work) -> AbstractContextManager[FakeTarget]:
        raise NotImplementedError
