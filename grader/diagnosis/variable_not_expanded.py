"""A variable in the form with brackets: no shell runs, so nobody puts its value in.

https://docs.docker.com/reference/dockerfile/#variable-substitution
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import container, starters
from grader.diagnosis._services import shell_text

if TYPE_CHECKING:
    from grader.core.facts import Case

_VARIABLE: Final = re.compile(r"\$(?:\w{1,80}|\{\w{1,80}\})")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a `$NAME` that a command got as it is, and that is in the logs just so."""
    state = container(case)
    if state is None or shell_text(state.argv) is not None:
        return None
    for instruction in starters(case):
        found = _VARIABLE.search(" ".join(instruction.arguments)) if instruction.exec_form else None
        if found is None or found[0] not in case.logs:
            continue
        words = " ".join(f'"{word}"' if " " in word else word for word in instruction.arguments)
        return Diagnosis(
            cause="variable_not_expanded",
            summary=f"{instruction.name} in line {instruction.line} uses {found[0]}, and nobody puts its value in.",
            explanation=(
                "Variables in a command are replaced by a shell. The form with brackets starts the program without "
                f"one, so it gets the text {found[0]} itself."
            ),
            fix=f"Use the form without brackets in line {instruction.line}: {instruction.name} {one_line(words, 300)}",
            line=instruction.line,
            certainty=90,
        )
    return None
