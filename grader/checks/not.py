"""The `not` check."""  # noqa: N999 - a kind is called as its file is; kinds.load imports it by name

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from grader.checks._groups import out_of_time, sound, words
from grader.checks._shown import LAST
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch
from grader.core.matching import FOUND
from grader.core.nested import Nested
from grader.core.retry import run_part

if TYPE_CHECKING:
    from grader.core.abilities import Anything


class Not(Check):
    """Passes if the check inside it fails.

    It fails for any reason: also if there is no such container, or if the server did not even start.
    So prefer what kinds say by themselves, `exists: false`, `absent` and the expectation `not`, and let this one need a
    check that the rest works.
    Give the check inside a `title`: a failure says in its words what holds and should not, and what was found.
    What can't be looked at, since nothing was built, does not pass: it is skipped.
    """

    example: ClassVar[str] = """
    - {id: closed, kind: not, check: {kind: http, port: 3000, path: /admin}, title: Nobody gets at the admin page}
    """
    nested: ClassVar[tuple[str, ...]] = ("check",)

    kind: Literal["not"] = "not"
    check: Nested
    """The check that must fail, as in [`all_of`](#all_of)."""

    @model_validator(mode="after")
    def _sound(self) -> Not:
        sound(self)
        return self

    def run(self, target: Anything) -> None:
        LAST.set(None)
        outer = FOUND.get()
        found: dict[str, str] = {} if outer is None else outer
        asked = FOUND.set(found)
        try:
            run_part(self.check, target)
        except Failure:
            if out_of_time():
                raise
            return
        finally:
            FOUND.reset(asked)
        raise Mismatch(
            f"this holds, and should not: {words(self.check)}",
            expected=f"not: {words(self.check)}",
            actual="\n".join(f"{what} is {value}" for what, value in found.items()) or "it holds",
            reproduce=LAST.get(),
        )
