"""A command names an image that is not on the engine, where it can't be pulled: `docker tag`, `docker rmi`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import intended, mentions, named, said, subcommand, wanted_name

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r"No such image: (\S{1,200})")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words, and for names of `docker tag` in the wrong order."""
    if case.kind not in {"local_image", "calls", "transcript"}:
        return None
    wanted = wanted_name(case)
    for line, found in said(case, _SAID):
        if not intended(line, case):
            continue
        name = one_line(found[1])
        first, second = (*line.text.split()[-2:], "", "")[:2]
        # That they are swapped is certain only if the second one is there.
        swapped = subcommand(line) == "tag" and first == wanted and mentions(case.message.partition(";")[2], second)
        if subcommand(line) == "tag" and wanted is not None and not swapped and wanted != second:
            continue  # it would not have made what is missing
        return Diagnosis(
            cause="image_not_local",
            summary=f"The command {named(line)} did nothing: there was no image {name}.",
            explanation=(
                "docker tag takes the image that is there first, and then the name that it gets."
                if swapped
                else "The name and the tag must be exactly those that docker images shows."
            ),
            fix=(
                f"Write: docker tag {one_line(second)} {one_line(first)}"
                if swapped
                else "Look the name up with docker images, and correct it."
            ),
            line=line.number,
            certainty=94,
        )
    return None
