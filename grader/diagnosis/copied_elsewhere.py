"""A file that the image should have is in the submission, and COPY puts it into another place, or nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import source
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_ABSENT: Final = re.compile(r"(/\S+) is not in the image")


def diagnose(case: Case) -> Diagnosis | None:
    """Look where the file of that name went, if the check is about a file."""
    found = _ABSENT.fullmatch(case.message) if case.kind == "file" else None
    dockerfile = source(case)
    if found is None or dockerfile is None:
        return None
    path, name = found[1], base(found[1])
    places = copied(case)
    # What a COPY with a variable does is not known.
    if path in places or any(
        "$" in one.text for one in dockerfile.instructions if one.name in {"COPY", "ADD", "WORKDIR"}
    ):
        return None
    inside = next((one for one in sorted(places) if base(one) == name), None)
    own = next((one for one in sorted(case.files, key=len) if base(one) == name and one not in case.ignored), None)
    if inside is not None:
        explanation = (
            f"COPY puts your {places[inside]} there; a path without / at its start begins at the WORKDIR above it."
        )
        fix = f"Change the destination of that COPY, so that the file comes to {path}."
    elif own is not None:
        explanation = f"Your folder has {own}, and no COPY takes it into the image."
        fix = f"Add this line to the Dockerfile: COPY {own} {path}"
    else:
        return None
    where = f"it is in the image as {one_line(inside)}" if inside else "it is not copied"
    return Diagnosis(
        cause="copied_elsewhere",
        summary=f"{name} is not at {path}: {where}.",
        explanation=explanation,
        fix=fix,
        certainty=88,
    )
