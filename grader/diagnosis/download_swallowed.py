"""A download failed in a step that went on all the same: `curl … | sh` ends well, whatever curl does.

https://docs.docker.com/build/building/best-practices/#using-pipes
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import MAX_TEXT, exited, source
from grader.diagnosis._replay import not_replayed

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_FETCHES: Final = re.compile(r"\b(?:curl|wget)\b[^|\n]{0,500}https?://[^|\n]{1,500}(\||;|\|\|)")
_ABSENT: Final = re.compile(r"No module named|Cannot find (?:module|package)|: not found|No such file")
_NOT_FOUND: Final = 127
MAX_LINE: Final = 4_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a download in a build that had no network and ended well, and for the step that hid it."""
    build, dockerfile = case.build, source(case)
    # The log need not show it: the step may have been in the build cache.
    if build is None or not build.ok or dockerfile is None or not case.offline or not _lacks(case):
        return None
    steps = [one for one in dockerfile.instructions if one.name == "RUN" and _hides(one)]
    if len(steps) != 1:
        return None
    line, command = steps[0].line, one_line(steps[0].text, 100)
    return Diagnosis(
        cause="download_swallowed",
        summary=f"The download in line {line} failed, and the build went on without it: `{command}`.",
        explanation=(
            "A pipe ends as its last program does, and a shell that is given nothing ends well. "
            "Here, builds have no network. So the step counted as done, and what it was to install is not in the image."
        ),
        fix=f"Do without the download in line {line}: use what the base image and your folder have.",
        line=line,
        flag=not_replayed(f"`{command}` in line {line} downloads something, and builds have no network here"),
        certainty=94,
    )


def _lacks(case: Case) -> bool:
    """Whether what went wrong is that something isn't there."""
    state = exited(case)
    if state is None:
        return case.kind in {"command", "file"} and case.transcript is None
    return bool(state.exit_code) and (
        state.exit_code == _NOT_FOUND or _ABSENT.search(case.logs[-MAX_TEXT:]) is not None
    )


def _hides(step: Instruction) -> bool:
    text = " ".join(step.arguments)[:MAX_LINE]
    return _FETCHES.search(text) is not None and "pipefail" not in text
