"""The command asks for a file that is not in the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly, of_exercise
from grader.diagnosis._missing import advice, wanted
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what interpreters, shells and the engine say of a file that isn't there."""
    ended = ended_badly(case)
    # A RUN may name a file that an earlier step had to make: what such a step said is shown as it is.
    path = None if ended is None or ended.building else wanted(case, ended)
    if ended is None or path is None:
        return None
    if of_exercise(case, ended) and base(path) == base(ended.argv[0]):
        return None
    where, fix = advice(case, path, ended)
    return Diagnosis(
        cause="missing_file",
        summary=f"The image has no file {one_line(path)}, which the container needs to start.",
        explanation=f"{ended.where[0].upper()}{ended.where[1:]} asks for it, so the container ended at once. {where}",
        fix=fix,
        line=ended.line,
        certainty=90,
    )
