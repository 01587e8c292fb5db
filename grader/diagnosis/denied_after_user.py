"""A step of the build may not write: USER stands above it, and it needs root.

https://docs.docker.com/reference/dockerfile/#user
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import failed_run, user_before

if TYPE_CHECKING:
    from grader.core.facts import Case

_DENIED: Final = re.compile(r"[Pp]ermission denied|are you root\?|Operation not permitted")
_CANNOT_EXECUTE: Final = 126


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a refusal in the output of a step that doesn't run as root."""
    ended = failed_run(case)
    if ended is None or ended.instruction is None or ended.exit_code == _CANNOT_EXECUTE:
        return None
    user = user_before(case, ended.instruction)
    said = next((line for line in ended.output.splitlines() if _DENIED.search(line)), None)
    if user is None or said is None:
        return None
    who = one_line(user.arguments[0], 40)
    return Diagnosis(
        cause="denied_after_user",
        summary=f"RUN in line {ended.line} may not do what it has to, because it runs as {who}, not as root.",
        explanation=(
            f"After USER in line {user.line}, all steps run as that user, who may write only where it has been given "
            f"the right. The step said: {one_line(said, 120)}"
        ),
        fix=f"Move line {user.line} down, below everything that installs, makes or changes files.",
        line=ended.line,
        certainty=91,
    )
