"""One test of an author's, as a check: what grading runs and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import PrivateAttr

from grader.checks._desk import Asked
from grader.core.check import Check
from grader.core.errors import Broken, Failure

if TYPE_CHECKING:
    from grader.core.abilities import Anything


class Test(Check):
    """Its fields come from the check of the exercise, and from the marks of the test."""

    kind: Literal["pytest"] = "pytest"
    _carry_out: Callable[[object], None] = PrivateAttr()
    _asked: Callable[[], Asked] = PrivateAttr()
    _problem: str | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, carry_out: Callable[[object], None], asked: Callable[[], Asked], **fields: Any) -> Test:
        """Make one that `carry_out` runs; `asked` says what it was about then."""
        made = cls(**fields)
        made._carry_out, made._asked = carry_out, asked
        return made

    @classmethod
    def impossible(cls, problem: str, **fields: Any) -> Test:
        """Make one that can't be carried out, whatever is handed in."""
        made = cls(**fields)
        made._asked, made._problem = Asked, problem
        return made

    @property
    def problem(self) -> str | None:
        """Why it can't be carried out as it is written; None where nothing is known against it."""
        return self._problem

    @property
    def asked_port(self) -> int | None:
        """The port that it sent its last request to."""
        return self._asked().port

    def run(self, target: Anything) -> None:
        if self._problem is not None:
            raise Broken(self._problem)
        try:
            self._carry_out(target)
        except Failure as failure:
            # Which container it is about is known only now, and an explanation looks at that one.
            failure.check = self.model_copy(update={"in_": self._asked().where})
            raise
