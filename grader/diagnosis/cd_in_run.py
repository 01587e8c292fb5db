"""`cd` in a RUN of its own has no effect on the lines below: WORKDIR has.

https://docs.docker.com/reference/dockerfile/#workdir
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import placements
from grader.diagnosis._sought import Sought, sought

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

# At the end of a RUN, where nothing is left for it to have an effect on.
_CD: Final = re.compile(r"(?:\A|&&|;)\s*cd\s+([^\s;&|]{1,200})\s*\Z")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a file that would be found, if only the `cd` had an effect."""
    what = sought(case)
    if what is None:
        return None
    for index, one in enumerate(what.steps):
        found = _CD.search(one.arguments[0][-400:]) if one.name == "RUN" and len(one.arguments) == 1 else None
        if found is None or any(later.name == "WORKDIR" for later in what.steps[index:]):
            continue  # it is something else, or a WORKDIR below it leads on
        folder = posixpath.normpath(posixpath.join(what.workdir, found[1]))
        if not _meant(case, what, one, folder):
            continue
        where = what.ended.where
        return Diagnosis(
            cause="cd_in_run",
            summary=(
                f"`cd {one_line(found[1], 80)}` in line {one.line} moved only its own RUN, "
                f"so {one_line(posixpath.basename(what.path), 80)} isn't found."
            ),
            explanation=(
                f"Each RUN has a shell of its own, and cd moves only that shell. {where[0].upper()}{where[1:]} "
                f"starts in {one_line(what.workdir, 80)} again, the working directory."
            ),
            fix=f"Write in place of the cd in line {one.line}, as a line of its own: WORKDIR {one_line(folder, 120)}",
            line=one.line,
            certainty=96,
        )
    return None


def _meant(case: Case, what: Sought, one: Instruction, folder: str) -> bool:
    """Whether the file would be found if the `cd` were a WORKDIR: it lies there, or would have been copied there."""
    made = placements(case, what.steps)
    relative = posixpath.relpath(what.path, what.workdir)
    if not relative.startswith("../") and any(posixpath.join(folder, relative) in placed for _, placed in made):
        return True
    # What a COPY below the `cd` brought to a relative path lies in the folder from before.
    below = posixpath.relpath(what.path, folder)
    return not below.startswith("../") and any(
        posixpath.join(what.workdir, below) in placed for copy, placed in made if copy.line > one.line
    )
