"""`docker cp` was given its two places in the wrong order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import named, said
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r"Could not find the file (\S{1,400}) in container ([\w.-]{1,128})")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a file that was to be copied out of a container, and that the check misses in there."""
    name = case.where.container if case.where is not None else None
    if case.kind != "file" or name is None:
        return None
    for line, found in said(case, _SAID):
        words = line.text.split()
        inside, outside = (*words[-2:], "", "")[:2]
        wrong_way = inside == f"{name}:{found[1]}" and base(found[1]) in case.message.partition(" ")[0]
        if not wrong_way or ":" in outside:
            continue
        return Diagnosis(
            cause="copied_backwards",
            summary=f"The command {named(line)} copies out of container '{name}', where the file is not yet.",
            explanation="docker cp copies from the first place to the second, as cp does.",
            fix=f"Write: docker cp {one_line(outside)} {one_line(inside)}",
            line=line.number,
            certainty=95,
        )
    return None
