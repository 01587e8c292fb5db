"""A container was to be removed while it ran."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._commands import named, said

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(
    r'[Cc]annot remove (?:a running )?container "?/?([\w.-]{1,128}?)"?[:.] '
    r"(?:container is running|Stop the container before)"
)
_LEFT: Final = frozenset({"container", "leftovers", "transcript"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words about a container that is still there."""
    if case.kind not in _LEFT or (case.kind == "container" and "must be no" not in case.message):
        return None
    for line, found in said(case, _SAID):
        one = next((one for one in case.containers if one.name == found[1] or one.id.startswith(found[1])), None)
        if one is None:
            continue
        return Diagnosis(
            cause="not_removed_because_running",
            summary=f"The command {named(line)} did not remove container '{one.name}', which was running.",
            explanation="docker rm removes only containers that have ended, so that no work is lost by mistake.",
            fix=f"Stop it first: docker stop {one.name}, then docker rm {one.name}. docker rm -f {one.name} does both.",
            line=line.number,
            certainty=95,
        )
    return None
