"""A container was made before its image was built anew, and still has the old one.

https://docs.docker.com/engine/containers/run/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, line_of, lines, meant, mentions, named, subcommand

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.inventory import ContainerFacts
    from grader.core.transcript import Line


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a build of a container's image below the command that made the container."""
    if case.transcript is None or case.kind not in ABOUT_CONTAINERS:
        return None
    found = [(one, made, built) for one in meant(case) if (made := line_of(case, one)) and (built := _later(case, one))]
    if len(found) != 1:
        return None
    one, made, built = found[0]
    image = one_line(one.image, 80)
    return Diagnosis(
        cause="image_built_later",
        summary=f"Container '{one.name}' is of the image as it was before {named(built)}.",
        explanation=(
            f"A container keeps the image that it was made from. '{one.name}' was made in line {made}; "
            f"{image} was built again after that, and only new containers get the new one."
        ),
        fix=f"Remove the container (docker rm -f {one.name}) and run it again, after the last docker build.",
        line=built.number,
        certainty=88,
    )


def _later(case: Case, one: ContainerFacts) -> Line | None:
    made = line_of(case, one)
    name = one.image.removesuffix(":latest")
    builds = [line for line in lines(case) if subcommand(line) == "build" and line.succeeded]
    builds = [line for line in builds if mentions(line.text, name)]
    # Built once only, it is the image that the container has.
    if made is None or not any(line.number <= made for line in builds):
        return None
    return next((line for line in reversed(builds) if line.number > made), None)
