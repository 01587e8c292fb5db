"""FROM uses a variable that isn't set above the first FROM, so the image's name has a hole in it.

https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import source
from grader.diagnosis._variables import args, used

if TYPE_CHECKING:
    from grader.core.facts import Case

_GIVEN: Final = re.compile(r"(?:TARGET|BUILD)[A-Z]{2,9}")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a FROM that was refused, and for a variable in it without a value."""
    dockerfile = source(case)
    if case.kind != "build" or case.refused != "images" or dockerfile is None:
        return None
    valued = {name for name, value in dockerfile.global_args if value is not None}
    valued |= {name for name, _ in dockerfile.build_args}
    for stage in dockerfile.stages:
        first = stage.instructions[0]
        # A fallback, as in ${VERSION:-3}, is a value; and of some variables BuildKit knows it.
        names = sorted(used(first.arguments[0])) if first.arguments else ()
        name = next((one for one in names if one not in valued and not _GIVEN.fullmatch(one)), None)
        if name is None:
            continue
        declared = args(dockerfile.instructions).get(name)
        if name in dict(dockerfile.global_args):
            return None  # it has a value that can't be worked out
        if declared is None:
            why, fix = "no ARG sets it", f"Add this line above the first FROM: ARG {name}=value"
        elif declared.line > dockerfile.stages[0].line:
            why = f"its ARG in line {declared.line} stands below a FROM, and counts only there"
            fix = f"Move line {declared.line}, `{one_line(declared.text, 100)}`, up above the first FROM."
        else:
            why = f"ARG in line {declared.line} gives it no value"
            fix = f"Give it one in line {declared.line}: ARG {name}=value"
        return Diagnosis(
            cause="arg_for_from",
            summary=f"FROM in line {stage.line} uses {name}, which has no value: {why}.",
            explanation=(
                f"The name of the image, `{one_line(first.arguments[0], 100)}`, is put together before the build. "
                "FROM sees only what ARG sets above the first FROM."
            ),
            fix=fix,
            line=stage.line,
            certainty=100,
        )
    return None
