"""A file is copied to a relative path before WORKDIR, so that it lies in another folder than the one worked in.

https://docs.docker.com/reference/dockerfile/#workdir
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import placements, workdir_of
from grader.diagnosis._sought import sought
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a COPY that would have brought the missing file, if only it stood below the WORKDIR."""
    what = sought(case)
    if what is None:
        return None
    for one, placed in placements(case, what.steps):
        if not one.arguments or one.arguments[-1].startswith("/"):
            continue
        above = [step for step in what.steps if step.line < one.line]
        then = workdir_of(above)
        below = next((step for step in what.steps[len(above) + 1 :] if step.name == "WORKDIR"), None)
        ends = {posixpath.join(what.workdir, posixpath.relpath(path, then)): path for path in placed}
        inside = ends.get(what.path)
        if below is None or inside is None:
            continue
        name = one_line(base(what.path), 80)
        return Diagnosis(
            cause="copied_before_workdir",
            summary=f"{name} is not in {one_line(what.workdir, 80)}: line {one.line} copied it before WORKDIR.",
            explanation=(
                f"A path without / at its start begins at the WORKDIR above it. Line {one.line} has none above it that "
                f"leads to {one_line(what.workdir, 80)}, so the file is in the image as {one_line(inside)}."
            ),
            fix=f"Move WORKDIR from line {below.line} up, above line {one.line}.",
            line=one.line,
            certainty=96,
        )
    return None
