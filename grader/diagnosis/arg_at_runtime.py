"""A variable that ARG sets is needed when the container starts: ARG is gone by then, ENV stays.

https://docs.docker.com/build/building/variables/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import at, source
from grader.diagnosis._variables import args, unset

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a variable that the container lacks, and for an ARG of that name."""
    dockerfile = source(case)
    if dockerfile is None:
        return None
    known = args(dockerfile.instructions)
    for name, place in sorted(unset(case).items()):
        arg = known.get(name)
        if arg is None:
            continue
        who = at(place) if place is not None else "your program"
        default = next((one.partition("=")[2] for one in arg.arguments if one.startswith(f"{name}=")), "")
        value = one_line(default, 80) if default else "value"
        return Diagnosis(
            cause="arg_at_runtime",
            summary=f"{who[0].upper()}{who[1:]} needs {name}, which only ARG in line {arg.line} sets.",
            explanation=(
                "ARG sets a variable for the build alone. When a container starts, it is gone: "
                "there are only those that ENV sets, and those of `docker run -e`."
            ),
            fix=f"Use ENV in place of ARG. Change line {arg.line} to: ENV {name}={value}"
            if arg.line > dockerfile.stages[0].line
            else f"Add a line below the last FROM: ENV {name}={value}",
            line=arg.line,
            certainty=97,
        )
    return None
