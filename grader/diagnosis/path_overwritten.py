"""ENV sets PATH without what was in it, so that programs of the image aren't found any more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly, source

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_OLD: Final = re.compile(r"\$\{?PATH\b")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a program that is in the image, in a folder that PATH doesn't name, and for an ENV that is why."""
    ended, program = ended_badly(case), case.program
    if ended is None or ended.building or program is None or program.path is None or program.on_path:
        return None
    if "not found" not in ended.output:
        return None
    found = _setting(case)
    if found is None:
        return None
    place, value = found
    name, folder = one_line(program.name, 60), program.path.rpartition("/")[0]
    return Diagnosis(
        cause="path_overwritten",
        summary=f"ENV in line {place.line} replaces PATH, so {name} isn't found, although it is in {folder}.",
        explanation=(
            f"PATH is the list of folders in which programs are looked for. Line {place.line} leaves only "
            f"{one_line(value, 120)} of it."
        ),
        fix=f"Keep what was in it: change line {place.line} to ENV PATH={one_line(value.strip(chr(34)), 120)}:$PATH",
        line=place.line,
        certainty=96,
    )


def _setting(case: Case) -> tuple[Instruction, str] | None:
    dockerfile = source(case)
    stages = dockerfile.lineage() if dockerfile is not None else ()
    for one in (one for stage in stages for one in reversed(stage.instructions) if one.name == "ENV"):
        pairs = dict(zip(one.arguments[::2], one.arguments[1::2], strict=False))
        if "PATH" in pairs:
            return None if _OLD.search(pairs["PATH"]) else (one, pairs["PATH"])
    return None
