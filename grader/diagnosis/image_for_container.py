"""A command that is about containers was given an image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.references import normalize
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import intended, mentions, named, said, subcommand, wanted_name

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(r"No such container: (\S{1,200})")
_KINDS: Final = frozenset({"calls", "local_image", "leftovers", "transcript"})
_FOR_IMAGES: Final = {
    "rm": "docker rm removes containers, docker rmi removes images",
    "commit": "docker commit takes the container first, then the name of the new image",
}


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a container that wasn't found, whose name is that of an image."""
    if case.kind not in _KINDS:
        return None
    for line, found in said(case, _SAID):
        name = one_line(found[1])
        rule = _FOR_IMAGES.get(subcommand(line))
        if rule is None or not _about(line, found[1], case):
            continue
        swapped = subcommand(line) == "commit"
        other = next((word for word in line.text.split() if word in {one.name for one in case.containers}), "CONTAINER")
        return Diagnosis(
            cause="image_for_container",
            summary=f"The command {named(line)} looked for a container called '{name}', and that is an image.",
            explanation=f"{rule}.",
            fix=f"Write: docker commit {other} {name}" if swapped else f"Write: docker rmi {name}",
            line=line.number,
            certainty=97,
        )
    return None


def _about(line: Line, name: str, case: Case) -> bool:
    """Whether it is an image, and the one that the check looks at."""
    if case.kind == "local_image":
        wanted = wanted_name(case)
        return wanted is not None and normalize(name) == normalize(wanted)
    if normalize(name) not in {normalize(one) for one in case.allowed_images}:
        return False
    return mentions(case.message, name) if case.kind == "leftovers" else intended(line, case)
