"""What stands where `docker run` takes the image can't be the name of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._commands import ABOUT_CONTAINERS, intended, named, said, subcommand

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r"invalid reference format")
_SPACED: Final = re.compile(r"(?:-e|--env|-v|--volume|-p|--publish)[ =]\S{1,200} ?(?:[=:] | [=:])")
_CAPITALS: Final = re.compile(r"repository name \(?\S{0,200}\)? ?must be lowercase")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the words of the docker command, and for a blank in the value of an option."""
    if case.kind not in {*ABOUT_CONTAINERS, "local_image"}:
        return None
    for line, _ in said(case, _SAID):
        if subcommand(line) not in {"run", "create", "pull", "tag"} or not intended(line, case):
            continue
        if _CAPITALS.search(line.output):
            why, fix = "The names of images have no capital letters.", "Write the name of the image in small letters."
        elif _SPACED.search(line.text):
            why = "A blank ends the value of an option, so Docker took what follows it for the image."
            fix = "Write the value in one piece, without blanks around = or :, as in: -e NAME=value"
        else:
            why = "Docker takes the first word behind the options for the image."
            fix = "Look for a blank in the value of an option. A value with blanks needs quotes around it."
        return Diagnosis(
            cause="invalid_image_name",
            summary=f"The command {named(line)} did nothing: Docker found no name of an image where it expects one.",
            explanation=why,
            fix=fix,
            line=line.number,
            certainty=93,
        )
    return None
