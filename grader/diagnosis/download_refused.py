"""The Dockerfile asks the engine for what graded work may not have: a download, a privilege, another builder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core import references
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Explain which rule stopped the build, and where."""
    dockerfile = source(case)
    if case.kind != "build" or dockerfile is None:
        return None
    if case.refused == "syntax":
        return _say(
            "The `# syntax=` line asks for another build program than Docker's own.",
            "Such a program would be downloaded and would run the build in Docker's place.",
            "Delete the `# syntax=` line at the top of the Dockerfile.",
            1,
        )
    found = {"downloads": references.downloads, "privileges": references.privileges}.get(case.refused or "")
    first = next(found(dockerfile), None) if found is not None else None
    if first is None:
        return None
    written = one_line(first.written)
    if case.refused == "downloads":
        return _say(
            f"ADD in line {first.line} would download {written}.",
            "Work is graded without a network, so that the outcome doesn't depend on what a server elsewhere "
            "does that day.",
            f"Put the file into your folder and change line {first.line} to COPY.",
            first.line,
        )
    return _say(
        f"RUN in line {first.line} asks for {written}, which gives the step access to the host.",
        "Graded work is kept apart from the machine that it is graded on.",
        f"Leave {written} out of line {first.line}.",
        first.line,
    )


def _say(summary: str, explanation: str, fix: str, line: int) -> Diagnosis:
    return Diagnosis(
        cause="download_refused", summary=summary, explanation=explanation, fix=fix, line=line, certainty=99
    )
