"""COPY asks for a file outside the folder that the image is built from: `../config`, or a path of one's own machine.

https://docs.docker.com/build/concepts/context/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._replay import not_replayed
from grader.diagnosis._sources import absent
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_OUTSIDE: Final = re.compile(r"\.\./|~/|[A-Za-z]:[\\/]|/(?:home|Users|mnt/[a-z]|root|tmp|var)/|\$HOME/|\$PWD/")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a missing source that is written as a way out of the folder."""
    missing = absent(case)
    if missing is None or missing.instruction.flag("from") or not _OUTSIDE.match(missing.written):
        return None
    line, written = missing.instruction.line, one_line(missing.written)
    name = base(missing.written.replace("\\", "/"))
    own = next((one for one in sorted(case.files, key=len) if base(one) == name and one not in case.ignored), None)
    text = one_line(missing.instruction.text.replace(missing.written, own, 1), 300) if own is not None else ""
    fix = (
        f"Your folder has {one_line(own)}. Change line {line} to: {text}"
        if own is not None
        else f"Put {one_line(name)} into the folder that the Dockerfile belongs to, and copy it by its path from there."
    )
    return Diagnosis(
        cause="outside_context",
        summary=(
            f"{missing.instruction.name} in line {line} asks for {written}, "
            "which is not inside the folder that the image is built from."
        ),
        explanation=(
            "A build sees only the folder that it is given, the `.` of `docker build .`. "
            "Nothing above it, and nothing else of your machine, can be copied."
        ),
        fix=fix,
        line=line,
        flag=(
            not_replayed(f"{written} ({missing.instruction.name} in line {line}) is outside of what was handed in")
            if own is None
            else None
        ),
        certainty=94,
    )
