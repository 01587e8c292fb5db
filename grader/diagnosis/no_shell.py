"""CMD or ENTRYPOINT is written without brackets, which takes a shell, in an image that has none.

https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import at, exited, source, starters
from grader.diagnosis._words import array

if TYPE_CHECKING:
    from grader.core.facts import Case

_NO_SHELL: Final = re.compile(r'exec: "/bin/sh": (?:stat /bin/sh: no such file|executable file not found)')


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the engine says of a shell that isn't there."""
    state, dockerfile = exited(case), source(case)
    if state is None or dockerfile is None or not _NO_SHELL.search(state.error):
        return None
    place = next((one for one in starters(case) if not one.exec_form), None)
    if place is None or state.argv[:2] != ("/bin/sh", "-c"):
        return None
    line = " ".join(place.arguments)
    simple = not any(char in line for char in "$><*&;|'\"`(=")
    return Diagnosis(
        cause="no_shell",
        summary=f"{at(place)} is to be run by a shell, and the image has no shell.",
        explanation=(
            "Without brackets, a command is given to /bin/sh. "
            f"An image that starts FROM {one_line(dockerfile.final.base, 80)} has only what is copied into it."
        ),
        fix=(
            f"Write the command with brackets, which needs no shell. Change line {place.line} to: "
            f"{place.name} {one_line(array(line.split()), 300)}"
            if simple
            else f"Write the command in line {place.line} with brackets, which needs no shell: one program and its "
            "arguments. Or start FROM an image that has a shell."
        ),
        line=place.line,
        certainty=97,
    )
