"""A command names a container by an id, or by a name that Docker made up, of another machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, named, said
from grader.diagnosis._replay import not_replayed

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(
    r"[Nn]o such (?:container|object): ((?=[a-f]*\d)[0-9a-f]{6,64}|[a-z]{3,20}_[a-z]{3,20}\d?)(?![\w.:/-])"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words about such a name, where no container was there that it could stand for."""
    if case.kind not in ABOUT_CONTAINERS or case.containers:
        return None
    for line, found in said(case, _SAID):
        name = one_line(found[1], 64)
        return Diagnosis(
            cause="foreign_container",
            summary=f"The command {named(line)} is about {name}, and here no container had been made.",
            explanation=(
                "Docker gives each container an id, and a name if none is chosen: on every machine, and each time, "
                "other ones. They mean something only together with the command that made the container."
            ),
            fix=(
                "Hand in the command that makes the container, too, and give it a name with --name, "
                f"which you write instead of {name}."
            ),
            line=line.number,
            flag=not_replayed(f"line {line.number} names the container {name} of the student's machine"),
            certainty=90,
        )
    return None
