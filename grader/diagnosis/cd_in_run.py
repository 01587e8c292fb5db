"""`cd` in a RUN of its own has no effect on the lines below: WORKDIR has.

https://docs.docker.com/reference/dockerfile/#workdir
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import placements, workdir_of
from grader.diagnosis._evidence import at, source
from grader.diagnosis._sought import Sought, sought
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

# At the end of a RUN, where nothing is left for it to have an effect on.
_CD: Final = re.compile(r"(?:\A|&&|;)\s*cd\s+([^\s;&|]{1,200})\s*\Z")

_ABSENT: Final = re.compile(r"(/\S+) is not in the image")


class _Expected(NamedTuple):
    """A path that a check looks for in the image, as `Sought` is of one that a program looks for."""

    path: str
    steps: tuple[Instruction, ...]
    workdir: str
    where: str
    """The COPY that brings a file of that name to another place."""


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a file that would be found, if only the `cd` had an effect."""
    what = sought(case) or _not_there(case)
    if what is None:
        return None
    for index, one in enumerate(what.steps):
        found = _CD.search(one.arguments[0][-400:]) if one.name == "RUN" and len(one.arguments) == 1 else None
        if found is None or any(later.name == "WORKDIR" for later in what.steps[index:]):
            continue  # it is something else, or a WORKDIR below it leads on
        folder = posixpath.normpath(posixpath.join(what.workdir, found[1]))
        if not _meant(case, what, one, folder):
            continue
        where = what.ended.where if isinstance(what, Sought) else what.where
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


def _not_there(case: Case) -> _Expected | None:
    """Give the file that a check misses in the image, if it is one that a COPY brings to another place."""
    found = _ABSENT.fullmatch(case.message) if case.kind == "file" else None
    dockerfile = source(case)
    if found is None or dockerfile is None:
        return None
    steps = tuple(one for stage in reversed(dockerfile.lineage()) for one in stage.instructions)
    copies = [one for one, placed in placements(case, steps) if any(base(path) == base(found[1]) for path in placed)]
    return _Expected(found[1], steps, workdir_of(steps), at(copies[-1])) if copies else None


def _meant(case: Case, what: Sought | _Expected, one: Instruction, folder: str) -> bool:
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
