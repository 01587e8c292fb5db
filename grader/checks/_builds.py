"""What the checks of builds share: words for a build that went wrong, and for how one differs from the usual one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.errors import Failure, TimedOut, Unmet
from grader.core.quantities import show_seconds
from grader.core.result import Evidence
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.abilities import Builds
    from grader.core.facts import Build, Step
    from grader.core.variants import Variant

_INNER: Final = re.compile(
    r"failed to (?:solve|compute cache key|calculate checksum of ref [\w:-]+|walk \S+|build LLB|load cache key)(?:: |$)"
)
_LONG: Final = 120
"""Characters of options in a sentence."""


def require(target: Builds) -> None:
    """Raise Unmet unless the build that the exercise describes makes an image."""
    try:
        built = target.build()
    except Failure:
        raise Unmet("the image was not built") from None
    if not built.ok:
        raise Unmet("the image was not built")


def stopped(build: Build, *, how: str, by_hand: str) -> Failure:
    """Make the failure of a build that made no image; `how` begins its sentence."""
    error = TimedOut if build.timed_out else Failure
    return error(how + message(build), actual=_actual(build), reproduce=by_hand, evidence=evidence(build))


def how(variant: Variant) -> str:
    """Begin a sentence about a build with what makes it differ; empty for the usual one."""
    words = [f"--build-arg {name}={value}" for name, value in variant.args if value is not None]
    words += [f"--target {variant.target}"] if variant.target is not None else []
    words += [f"--network {variant.network}"] if variant.network is not None else []
    without = [f"--build-arg {name}" for name, value in variant.args if value is None]
    parts = [f"{word} {' '.join(options)}" for word, options in (("with", words), ("without", without)) if options]
    return f"{one_line(' and '.join(parts), _LONG)}: " if parts else ""


def said(build: Build) -> str:
    """Give what a failed build says: what the failing RUN printed, or else BuildKit's message.

    BuildKit's message about a RUN repeats the command, in which the words that are looked for may stand unprinted.
    """
    failure = build.failure
    if failure is None:
        return build.log
    parts = [failure.output] if failure.exit_code is not None else [_INNER.sub("", failure.message), failure.output]
    return "\n".join(part for part in parts if part)


def evidence(build: Build) -> tuple[Evidence, ...]:
    """Give the end of what a build printed, if it printed anything."""
    failure = build.failure
    # The names of steps that went well explain nothing, once it is known which one did not.
    output = failure.output if failure is not None and failure.step is not None else build.log
    return (Evidence(kind="build", title="the end of the build's output", text=output),) if output else ()


def listed(steps: Iterable[Step], title: str) -> tuple[Evidence, ...]:
    """List steps with what became of each."""
    lines = [f"{'CACHED' if one.cached else show_seconds(one.seconds):>8}  {one_line(one.name)}" for one in steps]
    return (Evidence(kind="build", title=title, text="\n".join(lines)),) if lines else ()


def message(build: Build) -> str:
    """Say at which step a build ended, and how."""
    failure = build.failure
    if build.timed_out:
        # The sandbox, which ended the build, knows its limit; the build itself took that long.
        reason = failure.message if failure is not None else f"the build was ended after {show_seconds(build.seconds)}"
        return f"{reason}{_place(build)}"
    if failure is None:
        return "the build ended without an image"
    if failure.exit_code is not None:
        return f"the build stopped{_place(build)}: its command ended with exit code {failure.exit_code}"
    return f"the build stopped{_place(build)}: {_plain(failure.message)}"


def _place(build: Build) -> str:
    failure = build.failure
    if failure is None or (failure.line is None and failure.step is None):
        return ""
    line = f"line {failure.line}" if failure.line is not None else ""
    step = one_line(failure.step) if failure.step is not None else ""
    return f" at {line}, {step}" if line and step else f" at {line or step}"


def _actual(build: Build) -> str:
    return _plain(build.failure.message) if build.failure is not None else "no image"


def _plain(message: str) -> str:
    """Leave out how BuildKit got to its error: names of its own parts and of a snapshot that is gone."""
    return one_line(_INNER.sub("", message), 300)
