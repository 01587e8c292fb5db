"""The build was not finished within its time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.facts import Case

_NETWORK: Final = re.compile(
    r"\b(?:pip3?|npm|yarn|apt|apt-get|apk) (?:-\S+ )*(?:install|update|add|ci|upgrade)\b|\b(?:curl|wget|git clone) "
)
_PREFIX: Final = re.compile(r"^\[[^\]]*\] ")


def diagnose(case: Case) -> Diagnosis | None:
    """Name the step that the build was in."""
    build = case.build
    if case.kind != "build" or build is None or not build.timed_out:
        return None
    step = _PREFIX.sub("", build.failure.step or "") if build.failure else ""
    dockerfile = source(case)
    words = step.split()
    place = (
        next((one for one in dockerfile.instructions if words and one.text.split() == words), None)
        if dockerfile
        else None
    )
    where = f"line {place.line}" if place else "that step"
    during = f", during `{one_line(step, 100)}`" if step else ""
    network = _NETWORK.search(step) is not None
    return Diagnosis(
        cause="build_timeout",
        summary=f"The build was stopped after {build.seconds:.0f} s{during}.",
        explanation=(
            "That step waits for a download, and in this exercise a build may have no network."
            if network
            else "Each RUN has to come to its end before the build goes on; a command that waits, or serves, "
            "never does."
        ),
        fix=(
            f"Do without the download in {where}: use what the base image and your folder have."
            if network
            else f"Look at {where}: if it starts your program, it belongs in CMD; if it asks a question, give "
            "it the option that answers it."
        ),
        line=place.line if place else None,
        certainty=70,
    )
