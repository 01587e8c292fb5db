"""What groups of checks share: each part is asked for its answer, and several answers are told as one."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

from grader.core import clock
from grader.core.errors import Failure, TimedOut, Unmet
from grader.core.matching import show
from grader.core.nested import MAX_DEPTH, depth
from grader.core.retry import run_part
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.core.check import Check

_UNTOLD = frozenset({"id", "kind", "title", "within", "lasts", "timeout"})
"""Fields that say nothing about what is checked."""


class Answer(NamedTuple):
    """What became of one part."""

    part: Check
    failure: Failure | None
    unmet: Unmet | None

    @property
    def holds(self) -> bool:
        """Whether it passed."""
        return self.failure is None and self.unmet is None

    @property
    def final(self) -> bool:
        """Whether it failed, and would do so again."""
        return self.failure is not None and (self.failure.final or self.part.fixed)


def sound(group: Check) -> None:
    """Raise ValueError for an empty group, and for groups within groups that nobody could follow any more."""
    if not list(group.parts()):
        raise ValueError("there is no check in the group")
    if depth(group) > MAX_DEPTH:
        raise ValueError(f"groups are more than {MAX_DEPTH} deep in each other here; make several checks of it")


def answers(parts: Iterable[Check], target: object) -> Iterator[Answer]:
    """Run one part after the other; there are no more once the time of the whole group is up."""
    for part in parts:
        try:
            run_part(part, target)
        except Unmet as unmet:
            yield Answer(part, None, unmet)
        except Failure as failure:
            yield Answer(part, failure, None)
            if out_of_time():
                return
        else:
            yield Answer(part, None, None)


def out_of_time() -> bool:
    """Whether the deadline of the group is over: then a part failed for want of time, which says nothing about it."""
    try:
        clock.remaining(0)
    except TimedOut:
        return True
    return False


def one_failure(failed: Sequence[Answer], tell: Callable[[Sequence[Answer]], tuple[str, str, str]]) -> Failure:
    """Give what several parts failed for; `tell` words message, expected and actual where there are several.

    How to see it is that of the first; an explanation is looked for for each.
    """
    failures = [one.failure for one in failed if one.failure is not None]
    first = failures[0]
    if len(failures) == 1:
        return first
    message, expected, actual = tell(failed)
    whole = Failure(
        message,
        expected=expected or None,
        actual=actual or None,
        hint=first.hint,
        reproduce=first.reproduce,
        evidence=tuple(dict.fromkeys(one for failure in failures for one in failure.evidence)),
        asked=first.asked,
        findings=tuple(dict.fromkeys(one for failure in failures for one in failure.findings)),
    )
    whole.check = first.check
    whole.parts = tuple(failures)
    return whole


def listed(texts: Iterable[tuple[str, str | None]]) -> str:
    """List what is said about several parts, each behind its name; what is said of all of them is said once."""
    names: dict[str, list[str]] = {}
    for name, text in texts:
        if text is not None:
            names.setdefault(text, []).append(name)
    return "\n".join(behind(", ".join(dict.fromkeys(those)), text) for text, those in names.items())


def behind(name: str, text: str) -> str:
    """Write text behind its name; if it has several lines, below it."""
    if len(text.splitlines()) <= 1:
        return f"{name}: {one_line(text)}" if name else one_line(text)
    return textwrap.indent(text, "  ") if not name else f"{name}:\n{textwrap.indent(text, '  ')}"


def words(part: Check) -> str:
    """Say what a part is about: its title, or its kind and what its author wrote."""
    if part.title:
        return f"“{part.title}”"
    told = [words(one) for _, one in part.parts()]
    if not told:
        written = part.model_dump(mode="json", exclude_unset=True, by_alias=True)
        told = [f"{name}: {show(value)}" for name, value in written.items() if name not in _UNTOLD]
    return one_line(f"{part.kind} ({', '.join(told)})" if told else part.kind, 200)
