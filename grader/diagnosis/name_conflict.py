"""A container could not be made, since another one already has its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._commands import ABOUT_CONTAINERS, named, said

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r'Conflict\. The container name "/?([\w.-]{1,128})" is already in use')


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words about the container that is asked for."""
    name = case.where.container if case.where is not None else None
    if case.kind not in ABOUT_CONTAINERS:
        return None
    for line, found in said(case, _SAID):
        if name in {None, found[1]}:
            return Diagnosis(
                cause="name_conflict",
                summary=f"The command {named(line)} made no container: the name '{found[1]}' was taken.",
                explanation=(
                    "Two containers can't have the same name, and one that has ended keeps its name until it is "
                    f"removed. What is called '{found[1]}' is still the container from before."
                ),
                fix=f"Remove the old container first: docker rm -f {found[1]}. Or choose another name.",
                line=line.number,
                certainty=91,
            )
    return None
