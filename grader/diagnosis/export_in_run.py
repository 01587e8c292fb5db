"""A variable that a RUN sets is gone in the next line: ENV keeps one.

https://docs.docker.com/reference/dockerfile/#env
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import before, failed_run
from grader.diagnosis._evidence import at, source
from grader.diagnosis._variables import MAX_TEXT, args, envs, unset, used_by_shell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_EXPORT: Final = re.compile(r"(?:\A|&&|;)\s*export\s+([A-Za-z_]\w{0,80})=([^\s;&|]{0,200})")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a variable that is missing where it is used, and that an earlier RUN exports."""
    dockerfile, ended = source(case), failed_run(case)
    if dockerfile is None:
        return None
    if ended is not None and ended.instruction is not None:
        if ended.instruction.exec_form:
            return None
        steps = before(case, ended.instruction)
        names = used_by_shell(" ".join((*ended.instruction.arguments, *ended.instruction.heredocs)))
        missing = dict.fromkeys(names - envs(dockerfile) - set(args(dockerfile.instructions)), ended.instruction)
        return _explain(_exported(steps), missing, 91)
    steps = tuple(one for stage in reversed(dockerfile.lineage()) for one in stage.instructions)
    return _explain(_exported(steps), unset(case), 96)


def _exported(steps: Iterable[Instruction]) -> dict[str, tuple[Instruction, str]]:
    found: dict[str, tuple[Instruction, str]] = {}
    for one in steps:
        if one.name == "RUN" and not one.exec_form:
            found |= {match[1]: (one, match[2]) for match in _EXPORT.finditer(" ".join(one.arguments)[:MAX_TEXT])}
    return found


def _explain(
    exported: dict[str, tuple[Instruction, str]], missing: Mapping[str, Instruction | None], certainty: int
) -> Diagnosis | None:
    name = next((one for one in sorted(missing) if one in exported), None)
    if name is None:
        return None
    (run, value), place = exported[name], missing[name]
    who = at(place) if place is not None else "your program"
    return Diagnosis(
        cause="export_in_run",
        summary=f"{who[0].upper()}{who[1:]} needs {name}, which is set only inside the RUN in line {run.line}.",
        explanation=(
            "Each RUN has a shell of its own. What it exports ends with it, and is not kept in the image: "
            "only files are."
        ),
        fix=f"Set it with a line of its own: ENV {name}={one_line(value, 120) or 'value'}",
        line=run.line,
        certainty=certainty,
    )
