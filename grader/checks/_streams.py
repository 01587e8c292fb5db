"""What was written to stdout and stderr: judged stream by stream, with a word about text that is in the other one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.core.errors import Mismatch
from grader.core.matchers import expect
from grader.core.matching import show
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.matching import Matcher
    from grader.core.result import Evidence

_OTHER = {"stdout": "stderr", "stderr": "stdout"}


def judge(subject: str, streams: tuple[str, str], name: str, expectation: Matcher | None, **details: Any) -> None:
    """Raise Mismatch unless the stream is as expected; `streams` are stdout and stderr, `name` is one, or `output`.

    `details` go along with the failure.
    """
    if expectation is None:
        return
    found = dict(zip(("stdout", "stderr"), streams, strict=True))
    problem = expectation.problem(found.get(name, "".join(streams)))
    other = _OTHER.get(name, name)
    # What silence fulfils too, such as `not`, says nothing about where a text is.
    elsewhere = other in found and expectation.problem(found[other]) is None and expectation.problem("") is not None
    if problem is not None and elsewhere:
        raise Mismatch(
            f"{subject} {problem}: it is on {other}, expected on {name}",
            expected=f"{expectation.words}, on {name}",
            actual=show(found[name]) if found[name].strip() else f"nothing on {name}; on {other}: {show(found[other])}",
            **{
                **details,
                "hint": f"Write it to {name}: what is written to {other} goes another way, and is read by others.",
            },
        )
    expect(subject, found.get(name, "".join(streams)), expectation, **details)


def in_order(subject: str, streams: tuple[str, str], wanted: Sequence[Matcher], evidence: tuple[Evidence, ...]) -> None:
    """Raise Mismatch unless one of the streams has lines as expected, in this order, whatever stands between them.

    Of two streams, nobody can tell which came first.
    """
    missing = [_first_missing(stream.splitlines(), wanted) for stream in streams]
    if None in missing:
        return
    furthest = max(index for index in missing if index is not None)
    one, best = wanted[furthest], missing.index(furthest)
    after = f" after the one that {wanted[furthest - 1].words}" if furthest else ""
    earlier, hint = _elsewhere(streams, best, one)
    raise Mismatch(
        f"{subject} has no line that {one.words}{after}{earlier}",
        hint=hint,
        expected="\n".join(f"{number}. {each.words}" for number, each in enumerate(wanted, 1)),
        actual=show("\n".join(text.rstrip("\n") for text in streams if text.strip())) or "nothing",
        evidence=evidence,
    )


def _elsewhere(streams: tuple[str, str], best: int, one: Matcher) -> tuple[str, str | None]:
    """Say, at the end of a sentence and as a hint, where the line is that is missing in the best of the streams."""
    here, there = (
        next((line for line in streams[index].splitlines() if one.problem(line) is None), None)
        for index in (best, 1 - best)
    )
    if here is not None:
        return f"; there is one before that: {quoted(here)}", None
    if there is None:
        return "", None
    name, other = ("stdout", "stderr") if best == 0 else ("stderr", "stdout")
    return (
        f"; there is one on {other}, while the others are on {name}: {quoted(there)}",
        f"Write them all to {name}: nobody can tell which came first of what is on different streams.",
    )


def _first_missing(lines: Sequence[str], wanted: Sequence[Matcher]) -> int | None:
    rest = iter(lines)
    for index, one in enumerate(wanted):
        if not any(one.problem(line) is None for line in rest):
            return index
    return None
