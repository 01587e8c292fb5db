"""The `any_of` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from grader.checks._groups import answers, one_failure, sound
from grader.core.check import Check
from grader.core.nested import Nested
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.checks._groups import Answer
    from grader.core.abilities import Anything


class AnyOf(Check):
    """Passes if at least one of the checks inside it passes.

    It is for tasks with several good answers; they are tried in order, up to the first that passes.
    A failure has the reason of each on a line of its own, so give alternatives a `title` that says what they are.
    If none passes, and one can't be looked at, the group is skipped.
    """

    example: ClassVar[str] = """
    - {id: answers, kind: any_of, checks: [{kind: http, port: 3000, path: /health}, {kind: http, port: 3000}]}
    """
    nested: ClassVar[tuple[str, ...]] = ("checks",)

    kind: Literal["any_of"] = "any_of"
    checks: tuple[Nested, ...]
    """The alternatives, as in [`all_of`](#all_of)."""

    @model_validator(mode="after")
    def _sound(self) -> AnyOf:
        sound(self)
        return self

    def run(self, target: Anything) -> None:
        found = []
        for answer in answers(self.checks, target):
            if answer.holds:
                return
            found.append(answer)
        for one in found:
            if one.unmet is not None:
                raise one.unmet
        raise one_failure(found, _tell)


def _tell(failed: Sequence[Answer]) -> tuple[str, str, str]:
    told = [(one.part.title, one.failure) for one in failed if one.failure is not None]
    reasons = [
        f"- {title}: {one_line(found.message)}" if title else f"- {one_line(found.message)}" for title, found in told
    ]
    return (
        "\n".join(["none of these holds:", *reasons]),
        " or ".join(_distinct(failure.expected for _, failure in told)),
        "; ".join(_distinct(failure.actual for _, failure in told)),
    )


def _distinct(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(one_line(text) or "nothing" for text in texts if text is not None))
