"""`docker cp` was given a file that isn't in the student's folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import mentions, named, said, subcommand
from grader.diagnosis._words import base, nearest

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r"(?:lstat|stat) (/[^\n:]{1,400}): no such file or directory")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what docker says of a file that was to be copied to the place that the check looks at."""
    name = case.where.container if case.where is not None else None
    if case.kind != "file" or name is None:
        return None
    for line, found in said(case, _SAID):
        wrong, wanted = base(found[1]), base(case.message.partition(" ")[0])
        if subcommand(line) != "cp" or not mentions(line.text, name) or nearest(wrong, [wanted], cutoff=0.6) is None:
            continue
        case_only = wrong != wanted and wrong.lower() == wanted.lower()
        return Diagnosis(
            cause="no_file_to_copy",
            summary=f"The command {named(line)} copied nothing: there was no file {one_line(wrong)} in the folder.",
            explanation=(
                f"Capital and small letters make a difference: {one_line(wrong)} and {one_line(wanted)} are two names."
                if case_only
                else "docker cp copies a file that is there under exactly this name, seen from where the command runs."
            ),
            fix="Look the name up with ls, and write it just so.",
            line=line.number,
            certainty=94,
        )
    return None
