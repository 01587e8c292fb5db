"""The command of `docker run` or `docker exec` names a program that the container doesn't have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, intended, named, said, subcommand

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r'exec: "([^"\n]{1,200})": (?:executable file not found|stat [^\n]{1,200}: no such file)')
_SHELLS: Final = frozenset({"bash", "/bin/bash", "zsh", "/bin/zsh"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words in a command that was about the container."""
    if case.kind not in ABOUT_CONTAINERS:
        return None
    for line, found in said(case, _SAID):
        if not intended(line, case) or subcommand(line) not in {"run", "create", "start", "exec"}:
            continue
        program = one_line(found[1], 60)
        if found[1] in _SHELLS:
            fix = "Use the shell that every small image has: sh"
        elif " " in program:
            fix = f"Leave out the quotes around {program}: the program is one word, and its arguments are others."
        else:
            fix = "Correct the name of the program. What follows the image is the command."
        return Diagnosis(
            cause="program_not_found",
            summary=f"The command {named(line)} could not run {program}: the container has no such program.",
            explanation="A container has only what is in its image. Small images have few programs.",
            fix=fix,
            line=line.number,
            certainty=92,
        )
    return None
