"""A user is made in the image, and the container runs as root all the same: nothing switches to the user.

https://docs.docker.com/reference/dockerfile/#user
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.facts import Case

_MAKES: Final = re.compile(r"(?:^|[;&|(]\s*)(?:adduser|useradd)\s")
_KINDS: Final = frozenset({"dockerfile", "image", "process"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a user who is made in the final image, or used in another stage, where no USER counts."""
    dockerfile = source(case)
    if dockerfile is None or case.kind not in _KINDS or not re.search(r"(?i)\buser\b", case.message):
        return None
    if case.image is None or case.image.user.partition(":")[0] not in {"", "root", "0"}:
        return None
    stages = dockerfile.lineage()
    if any(one.name == "USER" for stage in stages for one in stage.instructions):
        return None
    own = [one for stage in stages for one in stage.instructions]
    made = next((one for one in own if one.name == "RUN" and _MAKES.search(" ".join(one.arguments))), None)
    elsewhere = next((one for one in dockerfile.instructions if one.name == "USER"), None)
    if made is not None:
        summary = f"RUN in line {made.line} makes a user, and the container still runs as root."
        explanation = "Making a user changes nothing about who runs the program: only USER does, for all that follows."
        fix = f"Write USER and the user's name in a line below line {made.line}, above CMD."
    elif elsewhere is not None:
        summary = f"USER in line {elsewhere.line} is in another stage, and the container runs as root."
        explanation = "Each FROM starts a new image: what USER said in a stage before has no effect on it."
        fix = f"Write USER in the last stage, too, which begins in line {dockerfile.final.line}."
    else:
        return None
    place = made or elsewhere
    return Diagnosis(
        cause="user_not_switched",
        summary=summary,
        explanation=explanation,
        fix=fix,
        line=place.line if place is not None else None,
        certainty=93,
    )
