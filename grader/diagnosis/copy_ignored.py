"""COPY asks for a file that .dockerignore keeps out of the build.

https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._missing import wanted
from grader.diagnosis._sources import absent
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the missing file among the ignored ones: at build time, or when the container starts."""
    missing = absent(case)
    if missing is not None:
        path, line = missing.path, missing.instruction.line
        hidden = not missing.instruction.flag("from") and any(
            one == path or one.startswith(f"{path}/") for one in case.ignored
        )
        return _explain(missing.written, line, f"COPY in line {line} can't find it") if hidden else None
    ended = ended_badly(case)
    asked = None if ended is None or ended.building else wanted(case, ended)
    if ended is None or asked is None:
        return None
    own = next((one for one in sorted(case.ignored) if base(one) == base(asked)), None)
    if own is None or any(base(one) == base(asked) for one in copied(case).values()):
        return None
    return _explain(own, ended.line, f"no COPY brought it into the image, and {ended.where} asks for it")


def _explain(path: str, line: int | None, what: str) -> Diagnosis:
    name = one_line(path)
    return Diagnosis(
        cause="copy_ignored",
        summary=f"Your .dockerignore keeps {name} out of the build.",
        explanation=(
            f"{name} is in your folder. What a line of .dockerignore names is left out when the folder is sent to "
            f"the build, as if it were not there: so {what}."
        ),
        fix=f"Take the line that covers {name} out of .dockerignore, or add this as its last line: !{name.strip('/')}",
        line=line,
        certainty=95,
    )
