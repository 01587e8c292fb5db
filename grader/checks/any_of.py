"""The `any_of` check."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from grader.checks._groups import answers, behind, one_failure, sound
from grader.core.check import Check
from grader.core.nested import Nested

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
        failure = one_failure(found, _tell)
        failure.final = all(one.final for one in found)
        failure.findings = ()  # no alternative is a fault by itself
        raise failure


def _tell(failed: Sequence[Answer]) -> tuple[str, str, str]:
    told = [(one.part.title, one.failure) for one in failed if one.failure is not None]
    reasons = [_item(behind(title, found.message)) for title, found in told]
    expected = _distinct(failure.expected for _, failure in told)
    actual = _distinct(failure.actual for _, failure in told)
    return (
        "\n".join(["none of these holds:", *reasons]),
        ("\nor\n" if _long(expected) else " or ").join(expected),
        ("\n" if _long(actual) else "; ").join(actual),
    )


def _item(text: str) -> str:
    return f"- {textwrap.indent(text, '  ').strip()}"


def _long(texts: Iterable[str]) -> bool:
    return any("\n" in text for text in texts)


def _distinct(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(text.strip("\n") or "nothing" for text in texts if text is not None))
