"""A file that was looked for in vain, in the build or when the container started, and the way the image took."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.diagnosis._build import before
from grader.diagnosis._copies import workdir_of
from grader.diagnosis._evidence import ended_badly, source
from grader.diagnosis._late_files import looked_for
from grader.diagnosis._missing import wanted

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended


@dataclass(frozen=True, slots=True)
class Sought:
    """A path that isn't there."""

    path: str
    """From the root of the image."""
    steps: tuple[Instruction, ...]
    """What the image had been through, from its base on."""
    workdir: str
    """The folder that relative paths start at."""
    ended: Ended


def sought(case: Case) -> Sought | None:
    """Give what was looked for, if that is why the build or the container ended."""
    ended, dockerfile = ended_badly(case), source(case)
    if ended is None or dockerfile is None:
        return None
    if ended.building and ended.instruction is not None:
        steps, path = before(case, ended.instruction), looked_for(ended)
    else:
        steps = tuple(one for stage in reversed(dockerfile.lineage()) for one in stage.instructions)
        path = wanted(case, ended)
    if path is None:
        return None
    here = workdir_of(steps)
    return Sought(posixpath.normpath(posixpath.join(here, path)), steps, here, ended)
