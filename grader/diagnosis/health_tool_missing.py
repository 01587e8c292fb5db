"""The health check calls a program that the image doesn't have: often curl.

https://docs.docker.com/reference/dockerfile/#healthcheck
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis import _health
from grader.diagnosis._words import array

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_SAID: Final = re.compile(
    r"(?m)^\S{0,80}sh: (?:\d+: |line \d+: )?([\w.+-]{1,60}): (?:command )?not found\s*$"
    r'|exec: "([^"\n]{1,120})": (?:executable file not found|stat [^\n]{1,200}: no such file)'
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the shell, or the engine, says in the log of the health check."""
    written = _health.instruction(case)
    found = next((match for text in _health.failed(case) if (match := _SAID.search(text)) is not None), None)
    if written is None or found is None:
        return None
    name = one_line(found[1] or found[2], 60)
    if name == "/bin/sh" and not written.exec_form and "health" in case.message:
        return _no_shell(written)
    if name not in " ".join(written.arguments):
        return None
    no_shell = name == "/bin/sh"
    return Diagnosis(
        cause="health_tool_missing",
        summary=f"The health check in line {written.line} calls {name}, which is not in the image.",
        explanation=(
            "A health check runs inside the container, with the programs of its image, not with those of your machine. "
            "As it can't be run, the container counts as unhealthy, however well the server works."
        ),
        fix=(
            "Write the health check with brackets, with a program that the image has."
            if no_shell
            else f"Use a program that the image has. Where there is no {name}, wget (of BusyBox), or a line of the "
            "program's own language can ask the server. Or install it in the image."
        ),
        line=written.line,
        certainty=96,
    )


def _no_shell(written: Instruction) -> Diagnosis:
    """Explain a health check without brackets in an image without a shell."""
    line = " ".join(written.arguments[1:])
    simple = not any(char in line for char in "$><*&;|'\"`(=")
    right = " ".join(("HEALTHCHECK", *written.flags, "CMD", array(line.split())))
    return Diagnosis(
        cause="health_tool_missing",
        summary=f"The health check in line {written.line} is to be run by a shell, and the image has no shell.",
        explanation=(
            "Without brackets, a command is given to /bin/sh. As that is not in the image, the health check can't be "
            "run, and the container counts as unhealthy, however well the server works."
        ),
        fix=(
            f"Write the command with brackets, which needs no shell. Change line {written.line} to: "
            f"{one_line(right, 300)}"
            if simple
            else f"Write the command in line {written.line} with brackets, which needs no shell: one program and its "
            "arguments."
        ),
        line=written.line,
        certainty=97,
    )
