"""The container was made under a name that is nearly the one asked for: `--name cheker`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.lookup import similar
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import lines, mentions, missing, named

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a container whose name was given, and that no check looks for."""
    name = case.where.container if case.where is not None else None
    if case.transcript is None or name is None or not missing(case):
        return None
    wrong = similar(name, [one.name for one in case.containers if one.name not in case.expected])
    line = next(
        (one for one in reversed(lines(case)) if "--name" in one.text and mentions(one.text, wrong or "")), None
    )
    if wrong is None or line is None:
        return None
    return Diagnosis(
        cause="name_misspelt",
        summary=f"The container of {named(line)} is called '{one_line(wrong)}', not '{name}'.",
        explanation="Docker knows containers by their exact names.",
        fix=f"Write --name {name}, or rename the container: docker rename {one_line(wrong)} {name}.",
        line=line.number,
        certainty=93,
    )
