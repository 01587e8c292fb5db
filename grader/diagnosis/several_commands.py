"""Several CMD lines, of which only the last one counts.

https://docs.docker.com/reference/dockerfile/#cmd
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import exited, source

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Count the CMDs of the final stage, when its container ended."""
    dockerfile = source(case)
    state = exited(case)
    if dockerfile is None or state is None or case.given_command:
        return None
    commands = [one for one in dockerfile.final.instructions if one.name == "CMD"]
    if len(commands) < 2:  # noqa: PLR2004 - several
        return None
    first, last = commands[0], commands[-1]
    # A check of the logs may well be about a command that ends.
    done = state.exit_code == 0 and case.kind != "logs"
    return Diagnosis(
        cause="several_commands",
        summary=f"The Dockerfile has {len(commands)} CMD lines, and only the last one, line {last.line}, is used.",
        explanation=(
            f"CMD says what a container starts with, and there can be one such command only. "
            f"Line {first.line}, `{one_line(first.text, 80)}`, has no effect."
        ),
        fix=(
            f"If line {first.line} is the command that is to keep running, leave out line {last.line}, whose command "
            "has done its work and ended. If it only prepares the image, change its CMD to RUN."
            if done
            else "If the earlier command prepares the image, change its CMD to RUN. If both belong to the start, "
            "join them with && in one CMD."
        ),
        line=first.line,
        certainty=80 if done else 50,
    )
