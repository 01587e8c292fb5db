"""`sudo` in a Dockerfile: images don't have it, and a build runs as root anyway."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import not_found, user_before
from grader.diagnosis._evidence import ended_badly

if TYPE_CHECKING:
    from grader.core.facts import Case

_SUDO: Final = re.compile(r"\bsudo +(?:-[A-Za-z]{1,8} +){0,9}")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a sudo that was not found, while the image was built or when the container started."""
    ended = ended_badly(case)
    if ended is None or ended.instruction is None or not_found(ended) != "sudo":
        return None
    place = ended.instruction
    user = user_before(case, place) if ended.building else None
    without = one_line(_SUDO.sub("", place.text), 300)
    if user is not None:
        fix = (
            f"Leave the word sudo out, and move the step up, above USER in line {user.line}: "
            f"until there, steps run as root. It then is: {without}"
        )
    elif place.exec_form:
        fix = f"Leave the word sudo out of line {place.line}."
    else:
        fix = f"Leave the word sudo out: change line {place.line} to: {without}"
    return Diagnosis(
        cause="sudo_missing",
        summary=f"{ended.where} uses sudo, which the image doesn't have.",
        explanation="sudo lets an ordinary user do something as root. In an image, everything runs as root until USER.",
        fix=fix,
        line=place.line,
        certainty=95,
    )
