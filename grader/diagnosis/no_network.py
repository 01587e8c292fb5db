"""A step of the build wants to download something, and there is no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import failed_run
from grader.diagnosis._replay import not_replayed

if TYPE_CHECKING:
    from grader.core.facts import Case

# pip, apt, busybox, curl, git, npm and the kernel, each in its own words.
_SAID: Final = re.compile(
    r"Temporary failure (?:in name resolution|resolving)|bad address '|Could not resolve host|\bEAI_AGAIN\b"
    r"|\bENOTFOUND\b|Network is unreachable|unable to resolve host address"
    r"|temporary error \(try again later\)"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what programs say where no name can be looked up."""
    ended = failed_run(case)
    lines = ended.output.splitlines() if ended is not None else ()
    said = next((line for line in lines if _SAID.search(line)), None)
    if ended is None or said is None:
        return None
    command = one_line(ended.instruction.text if ended.instruction else "", 100)
    return Diagnosis(
        cause="no_network",
        summary=f"`{command}` in line {ended.line} tries to download something, and finds no network.",
        explanation=(
            "Most exercises are built without a network, so that the outcome doesn't depend on what a server elsewhere "
            f"does that day. The step said: {one_line(said.strip(), 120)}"
        ),
        fix=f"Do without the download in line {ended.line}: use what the base image and your folder have.",
        line=ended.line,
        flag=not_replayed(f"`{command}` in line {ended.line} downloads something, and builds have no network here"),
        certainty=92,
    )
