"""`docker run` or `docker rmi` was given a container that is there, where it takes an image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, mentions, named, said, subcommand

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.inventory import ContainerFacts
    from grader.core.transcript import Line

_SAID: Final = re.compile(
    r"(?:Unable to find image '([\w.-]{1,128}):latest' locally|No such image: ([\w.-]{1,128}):latest)"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for an image that wasn't found, whose name is that of a container."""
    name = case.where.container if case.where is not None else None
    if case.kind not in ABOUT_CONTAINERS:
        return None
    for line, found in said(case, _SAID):
        one = next((one for one in case.containers if one.name == (found[1] or found[2])), None)
        if found[2] and (subcommand(line) != "rmi" or "must be no" not in case.message):
            continue
        about = name == (found[1] or found[2]) or (
            name is None and one is not None and (one.name in case.asked or mentions(case.message, one.name))
        )
        if one is None or not about:
            continue
        if found[2]:
            return _removed_as_image(line, one)
        rest = one_line(line.text.partition(f" {one.name}")[2].strip(), 60)
        do = f"docker exec -it {one.name} {rest or 'sh'}" if one.running else f"docker start -ai {one.name}"
        return Diagnosis(
            cause="container_for_image",
            summary=f"The command {named(line)} looked for an image called '{one.name}', and that is a container.",
            explanation=(
                "docker run always makes a new container, from an image. To run one more program in a container that "
                "runs there is docker exec, and docker start starts one that has ended."
            ),
            fix=f"Write: {do}",
            line=line.number,
            certainty=97,
        )
    return None


def _removed_as_image(line: Line, one: ContainerFacts) -> Diagnosis:
    return Diagnosis(
        cause="container_for_image",
        summary=f"The command {named(line)} looked for an image called '{one.name}', and that is a container.",
        explanation="docker rmi removes images, docker rm removes containers.",
        fix=f"Write: docker rm {'-f ' if one.running else ''}{one.name}",
        line=line.number,
        certainty=97,
    )
