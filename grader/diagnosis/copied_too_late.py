"""A RUN needs a file that only a later line copies: steps run from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import stage_of
from grader.diagnosis._copies import placements
from grader.diagnosis._sought import sought
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the COPY that brings the missing file to just that place, below the step that failed."""
    what = sought(case)
    run = what.ended.instruction if what is not None and what.ended.building else None
    stage = stage_of(case, run) if run is not None else None
    if what is None or run is None or stage is None:
        return None
    made = placements(case, (*what.steps, *(one for one in stage.instructions if one.line > run.line)))
    for later, placed in made:
        if _has(placed, what.path):
            if later in what.steps:
                return None
            name = one_line(base(what.path), 80)
            return Diagnosis(
                cause="copied_too_late",
                summary=f"RUN in line {run.line} needs {name}, which only line {later.line} copies into the image.",
                explanation=f"Steps run from top to bottom. When line {run.line} ran, {name} was not there yet.",
                fix=f"Move line {later.line}, `{one_line(later.text, 120)}`, up above line {run.line}.",
                line=run.line,
                certainty=95,
            )
    return None


def _has(paths: Iterable[str], path: str) -> bool:
    return any(one == path or one.startswith(f"{path}/") for one in paths)
