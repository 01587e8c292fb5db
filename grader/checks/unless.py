"""The `unless` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from grader.checks._groups import out_of_time, sound
from grader.core.check import Check
from grader.core.errors import Failure
from grader.core.nested import Nested
from grader.core.retry import run_part

if TYPE_CHECKING:
    from grader.core.abilities import Anything


class Unless(Check):
    """Passes if a check passes, or if another one does that makes it needless.

    It is for what may be left out, but must be right where it is: `unless` is tried first, and if it passes, that is
    all.
    Otherwise `check` decides, and a failure is told in its words alone.
    """

    example: ClassVar[str] = """
    - id: secret-is-safe
      kind: unless
      unless: {kind: file, path: /app/secret, exists: false}
      check: {kind: file, path: /app/secret, mode: "0600"}
    """
    nested: ClassVar[tuple[str, ...]] = ("unless", "check")

    kind: Literal["unless"] = "unless"
    unless: Nested
    """If this check passes, the other one need not, as in [`all_of`](#all_of)."""
    check: Nested
    """The check that must pass if the first one fails."""

    @model_validator(mode="after")
    def _sound(self) -> Unless:
        sound(self)
        return self

    def run(self, target: Anything) -> None:
        try:
            run_part(self.unless, target)
        except Failure as needed:
            if out_of_time():
                raise
            try:
                run_part(self.check, target)
            except Failure as failure:
                failure.final &= needed.final or self.unless.fixed
                raise
