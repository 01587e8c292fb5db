"""`docker cp` was given no place in a container: the colon behind its name is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import named, said, would_ask
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(r"must specify at least one container source")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for docker's words about both places, and for a place that begins with a container's name."""
    for line, _ in said(case, _SAID):
        place = _place(line, case)
        if place is None or not _matters(line, *place, case):
            continue
        name, path = place
        return Diagnosis(
            cause="colon_missing",
            summary=f"The command {named(line)} copied nothing: neither of its two places is in a container.",
            explanation=(
                "A place in a container is written as its name, a colon, and the path. "
                "Without the colon, it is a file outside."
            ),
            fix=f"Write {name}:/{one_line(path)} instead of {name}/{one_line(path)}.",
            line=line.number,
            certainty=96,
        )
    return None


def _place(line: Line, case: Case) -> tuple[str, str] | None:
    """Give the container and the path that are written with a slash alone."""
    there = {one.name for one in case.containers}
    parts = [word.partition("/") for word in line.text.split()]
    return next(((name, path) for name, slash, path in parts if slash and path and name in there), None)


def _matters(line: Line, name: str, path: str, case: Case) -> bool:
    """Whether it is the copy that is missing, or the one that should have made the file."""
    if case.kind == "calls":
        paths = [one for one in case.asked if one.startswith("/")]
        right = not paths or base(path) in {base(one) for one in paths}
        return name in case.asked and right and would_ask(line, case.asked[:1])
    inside = case.kind == "file" and case.where is not None and case.where.container == name
    into = " ".join(line.text.split()).endswith(f" {name}/{path}")
    return inside and into and base(path) == base(case.message.partition(" ")[0])
