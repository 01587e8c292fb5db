"""The `build` check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from grader.core.check import Check
from grader.core.errors import Failure, TimedOut
from grader.core.quantities import show_seconds
from grader.core.result import Evidence
from grader.core.text import one_line

if TYPE_CHECKING:
    from grader.core.abilities import Builds
    from grader.core.facts import Build as Attempt

_INNER: Final = re.compile(
    r"failed to (?:solve|compute cache key|calculate checksum of ref [\w:-]+|walk \S+|build LLB|load cache key)(?:: |$)"
)


class Build(Check):
    """Passes if the build makes an image.

    A failure names the step that ended the build, its line in the Dockerfile and its exit code.
    It keeps the end of what that step printed.
    How long a build may take, and whether its steps have a network, is said by `build` at the top of the exercise.
    """

    example: ClassVar[str] = """
    - {id: builds, kind: build, points: 2, title: The image builds}
    """

    kind: Literal["build"] = "build"

    def run(self, target: Builds) -> None:
        build = target.build()
        if build.ok:
            return
        error = TimedOut if build.timed_out else Failure
        raise error(
            _message(build),
            actual=_actual(build),
            reproduce="docker build .",
            evidence=_evidence(build),
        )


def _message(build: Attempt) -> str:
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


def _place(build: Attempt) -> str:
    failure = build.failure
    if failure is None or (failure.line is None and failure.step is None):
        return ""
    line = f"line {failure.line}" if failure.line is not None else ""
    step = one_line(failure.step) if failure.step is not None else ""
    return f" at {line}, {step}" if line and step else f" at {line or step}"


def _actual(build: Attempt) -> str:
    return _plain(build.failure.message) if build.failure is not None else "no image"


def _plain(message: str) -> str:
    """Leave out how BuildKit got to its error: names of its own parts and of a snapshot that is gone."""
    return one_line(_INNER.sub("", message), 300)


def _evidence(build: Attempt) -> tuple[Evidence, ...]:
    failure = build.failure
    # The names of steps that went well explain nothing, once it is known which one did not.
    output = failure.output if failure is not None and failure.step is not None else build.log
    return (Evidence(kind="build", title="the end of the build's output", text=output),) if output else ()
