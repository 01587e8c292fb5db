"""One test of an author's, as a check: what grading runs and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import PrivateAttr

from grader.core.check import Check

if TYPE_CHECKING:
    from grader.core.abilities import Anything


class Test(Check):
    """Its fields come from the check of the exercise, and from the marks of the test."""

    kind: Literal["pytest"] = "pytest"
    _carry_out: Callable[[object], None] = PrivateAttr()

    @classmethod
    def of(cls, carry_out: Callable[[object], None], **fields: Any) -> Test:
        """Make one that `carry_out` runs."""
        made = cls(**fields)
        made._carry_out = carry_out
        return made

    def run(self, target: Anything) -> None:
        self._carry_out(target)
