"""A service is started with RUN, while the image is built, instead of with CMD.

What RUN starts ends with its step; only files stay: https://docs.docker.com/reference/dockerfile/#run
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import container, source, unheard
from grader.diagnosis._services import backgrounded, detaching, server
from grader.diagnosis._words import array

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_EXPLANATION = (
    "RUN runs while the image is built, and the build waits for it to end; afterwards only the files it made are left. "
    "CMD names what runs when a container is started."
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a build that waits for a server, or for a container without the server that RUN had started."""
    return _waits(case) if case.kind == "build" else _gone(case)


def _waits(case: Case) -> Diagnosis | None:
    build = case.build
    step = build.failure.step if build and build.timed_out and build.failure else None
    _, run, command = (step or "").partition("RUN ")
    if not run:
        return None
    started = server(command, scripts=True)
    if started is None:
        return None
    dockerfile = source(case)
    place = (
        next((one for one in dockerfile.instructions if one.name == "RUN" and started in one.text), None)
        if dockerfile
        else None
    )
    return Diagnosis(
        cause="service_in_run",
        summary=f"The build waited for `{one_line(started, 80)}`, which doesn't end: a server is started with RUN.",
        explanation=_EXPLANATION,
        fix=_fix(started, place),
        line=place.line if place else None,
        certainty=90,
    )


def _gone(case: Case) -> Diagnosis | None:
    state, dockerfile = container(case), source(case)
    if state is None or dockerfile is None or not unheard(case):
        return None
    # Of a running container, the addresses are known only where a port was asked for.
    if state.exit_code != 0 and not (state.running and case.port is not None):
        return None
    for one in dockerfile.final.instructions:
        text = " ".join(one.arguments)
        started = (detaching(text) or backgrounded(text)) if one.name == "RUN" else None
        if started is not None:
            return Diagnosis(
                cause="service_in_run",
                summary=f"`{one_line(started, 80)}` was started with RUN, while the image was built, and is long gone.",
                explanation=_EXPLANATION,
                fix=_fix(started.rstrip("& "), one),
                line=one.line,
                certainty=96,
            )
    return None


def _fix(command: str, place: Instruction | None) -> str:
    if command.startswith(("service ", "/etc/init.d/", "nginx")):
        return "Take it out of RUN, and let CMD start the service's program in the foreground."
    words = one_line(command, 200).removeprefix("exec ").split()
    where = (
        f"Change line {place.line}"
        if place and " && " not in place.text
        else "Take it out of RUN, and write as the last line"
    )
    return f"{where}{' to' if where.startswith('Change') else ''}: CMD {array(words)}"
