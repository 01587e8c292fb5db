"""apt was asked for a package before it had fetched its lists: images of Debian come without them.

https://docs.docker.com/build/building/best-practices/#apt-get
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import before, failed_run

if TYPE_CHECKING:
    from grader.core.facts import Case

_NO_PACKAGE: Final = re.compile(
    r"E: Unable to locate package (\S{1,200})|E: Package '([^'\n]{1,200})' has no installation candidate"
)
# Bounded, since a Dockerfile may be 256 KiB of options.
_UPDATE: Final = re.compile(r"\b(?:apt|apt-get|aptitude)(?: -\S{1,80}){0,9} update\b")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a package that apt doesn't know, and for no step that has fetched the lists."""
    ended = failed_run(case)
    found = _NO_PACKAGE.search(ended.output) if ended is not None else None
    if ended is None or ended.instruction is None or found is None:
        return None
    steps = [one for one in (*before(case, ended.instruction), ended.instruction) if one.name == "RUN"]
    if any(_UPDATE.search(" ".join((*one.arguments, *one.heredocs))) for one in steps):
        return None
    return Diagnosis(
        cause="apt_without_update",
        summary=f"apt doesn't know the package {one_line(found[1] or found[2], 60)}: no step has fetched its lists.",
        explanation=(
            "apt looks packages up in lists that it keeps in the image. "
            "To stay small, base images come without them, so nothing can be found before `apt-get update`."
        ),
        fix=(
            f"Fetch the lists in the same RUN, before the installation. Line {ended.line} then begins with: "
            "RUN apt-get update && apt-get install -y"
        ),
        line=ended.line,
        certainty=93,
    )
