"""A RUN step ended with an error, which ends the build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._steps import reading
from grader.diagnosis._words import last_line

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Say which step failed and how; and why, where its output tells."""
    ended = ended_badly(case)
    if ended is None or not ended.building or ended.instruction is None:
        return None
    command = one_line(ended.instruction.text, 100)
    why, fix = reading(case, ended) or (None, None)
    said = last_line(ended.output)
    return Diagnosis(
        cause="run_failed",
        summary=f"`{command}` in line {ended.line} failed with exit code {ended.exit_code}.",
        explanation=why or (f"The last thing it said: {said}" if said else "It said nothing about the reason."),
        fix=(
            (fix if "line " in fix else f"{fix} (line {ended.line})")
            if fix
            else "Try the command by hand in a container of the base image (`docker run -it`), and correct "
            f"line {ended.line}."
        ),
        line=ended.line,
        certainty=85 if why else 60,
    )
