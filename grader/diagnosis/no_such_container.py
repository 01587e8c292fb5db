"""A command names a container that isn't there, with a name similar to one that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import intended, named, said
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(r"No such container: ([\w.-]{1,128})(?![\w.:/-])")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words about a name that nearly is the one asked for."""
    name = case.where.container if case.where is not None else None
    there = {one.name for one in case.containers}
    for line, found in said(case, _SAID):
        wrong = found[1]
        right = nearest(wrong, there)
        if right is None or wrong in there or name not in {None, right}:
            continue
        if name is None and not _meant(line, wrong, right, case):
            continue
        return Diagnosis(
            cause="no_such_container",
            summary=f"The command {named(line)} did nothing: there was no container '{one_line(wrong)}'.",
            explanation="Docker takes only the exact name of a container, or the beginning of its id.",
            fix=f"Write {right} instead of {one_line(wrong)}.",
            line=line.number,
            certainty=93,
        )
    return None


def _meant(line: Line, wrong: str, right: str, case: Case) -> bool:
    """Whether the command, with the right name, was to do what is missing."""
    if case.kind != "calls":
        return right in case.message
    return intended(line.model_copy(update={"text": line.text.replace(wrong, right)}), case)
