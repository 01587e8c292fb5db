"""The `all_of` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from grader.checks._groups import answers, listed, one_failure, sound
from grader.core.check import Check
from grader.core.nested import Nested

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.checks._groups import Answer
    from grader.core.abilities import Anything


class AllOf(Check):
    """Passes if every check inside it passes.

    It is for what deserves points only as a whole; a failure lists everything that is wrong, by `title` or kind.
    A check inside a group is written as any other, without `id` and without fields that only the whole has: `points`,
    `bonus`, `needs`, `hint`, `visibility`, `feedback`.
    It may have `in`, `within`, `lasts` and `timeout` of its own; `within` on the group repeats all of it.
    What can't change any more, such as a build or a file of the image, ends the waiting when it fails.
    If none fails, and one can't be looked at, the group is skipped.
    """

    example: ClassVar[str] = """
    - {id: served, kind: all_of, checks: [{kind: port, port: 3000}, {kind: process, uid: {not: 0}}], within: 5s}
    """
    nested: ClassVar[tuple[str, ...]] = ("checks",)

    kind: Literal["all_of"] = "all_of"
    checks: tuple[Nested, ...]
    """The checks, each with its `kind` and fields."""

    @model_validator(mode="after")
    def _sound(self) -> AllOf:
        sound(self)
        return self

    def run(self, target: Anything) -> None:
        found = list(answers(self.checks, target))
        failed = [one for one in found if one.failure is not None]
        if failed:
            failure = one_failure(failed, _tell)
            failure.final = any(one.final for one in failed)
            raise failure
        for one in found:
            if one.unmet is not None:
                raise one.unmet


def _tell(failed: Sequence[Answer]) -> tuple[str, str, str]:
    told = [(one.part.title or one.part.kind, one.failure) for one in failed if one.failure is not None]
    return (
        listed((name, failure.message) for name, failure in told),
        listed((name, failure.expected) for name, failure in told),
        listed((name, failure.actual) for name, failure in told),
    )
