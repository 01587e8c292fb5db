"""The container is there under a name that Docker made up, as `--name` was forgotten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.lookup import similar
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import line_of, lines, missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.facts import Case
    from grader.core.inventory import ContainerFacts

_MADE_UP: Final = re.compile(r"[a-z]+_[a-z]+[0-9]?")
"""As Docker names containers: `quirky_fermi`."""


def diagnose(case: Case) -> Diagnosis | None:
    """Look for containers with made-up names, where the name asked for was never given."""
    name = case.where.container if case.where is not None else None
    if case.transcript is None or name is None or not missing(case):
        return None
    if any(f"--name {name}" in line.text or f"--name={name}" in line.text for line in lines(case)):
        return None  # it was given, and the container is gone or was never made
    found = [one for one in case.containers if _MADE_UP.fullmatch(one.name)]
    if not found or similar(name, (one.name for one in case.containers)) is not None:
        return None
    if len(found) > 1:
        return _several(found, name)
    [one] = found
    return Diagnosis(
        cause="name_missing",
        summary=f"No container is called '{name}', and one has a name that Docker made up: '{one.name}'.",
        explanation=f"Without --name, Docker makes up a name. The container of {one_line(one.image)} got one.",
        fix=(
            f"If that is the one, add --name {name} to docker run, before the name of the image. "
            f"Or rename the container: docker rename {one.name} {name}."
        ),
        line=line_of(case, one),
        certainty=90,
    )


def _several(found: Sequence[ContainerFacts], name: str) -> Diagnosis:
    return Diagnosis(
        cause="name_missing",
        summary=f"No container is called '{name}', and {len(found)} have names that Docker made up.",
        explanation="Without --name, Docker makes up a name.",
        fix=f"Add --name {name} to the docker run that is to make this container, before the name of the image.",
        certainty=80,
    )
