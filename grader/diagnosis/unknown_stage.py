"""`COPY --from` or FROM names a stage that no FROM above it has, so it is taken for an image.

https://docs.docker.com/build/building/multi-stage/#name-your-build-stages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core import references
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import source
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Reference
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Find the first name that is neither an allowed image nor a stage, and look for the stage that was meant."""
    dockerfile = source(case)
    if case.kind != "build" or case.refused != "images" or dockerfile is None:
        return None
    allowed = {references.normalize(name) for name in case.allowed_images} | {references.SCRATCH}
    found = next((one for one in references.images(dockerfile) if references.normalize(one.value) not in allowed), None)
    if found is None or not found.value or {":", "/", "@"} & set(found.value):
        return None
    if any(references.normalize(name).partition(":")[0] == found.value for name in case.allowed_images):
        return None  # it was meant as an image, and only its tag is missing
    meant = _meant(dockerfile, found)
    # A FROM names images much more often than stages; only a similar name says that one was meant.
    if meant is None and found.where == "FROM":
        return None
    name, line = one_line(found.value, 80), found.line
    return Diagnosis(
        cause="unknown_stage",
        summary=(
            f"{found.where} in line {line} names '{name}', "
            "which is no stage above it, and no image that this exercise allows."
        ),
        explanation=(
            f"A stage gets its name from AS, behind a FROM further up. {_stages(dockerfile, line)} "
            "Any other name is taken for an image."
        ),
        fix=(
            f"Did you mean {meant}? Change the name in line {line}."
            if meant is not None
            else f"Write AS {name} at the end of the FROM that is meant, or correct the name in line {line}."
        ),
        line=line,
        certainty=100,
    )


def _meant(dockerfile: Dockerfile, found: Reference) -> str | None:
    above = [one for one in dockerfile.stages if one.line < found.line]
    if found.value.isdigit():
        return None
    return nearest(found.value, [one.name for one in above if one.name is not None], 0.6)


def _stages(dockerfile: Dockerfile, line: int) -> str:
    names = [one.name for one in dockerfile.stages if one.line < line and one.name is not None]
    if names:
        return f"The stages above are called: {one_line(', '.join(names[:8]), 120)}."
    return "None of the FROM lines above has a name."
