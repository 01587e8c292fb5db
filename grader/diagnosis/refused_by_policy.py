"""A command was refused by the rules of the exercise's engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, MAX_OUTPUT, intended, mentions, missing, named, refused

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Call, Line

# How Docker hands on what a plugin says: https://docs.docker.com/engine/extend/plugins_authorization/
_TOLD: Final = re.compile(r"authorization denied by plugin [^:\n]+: ([^\n]+)")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the last command that was refused, where something is missing that it could have made."""
    looks = case.kind in {"calls", "transcript"} or missing(case) or (case.where is not None and not case.containers)
    if case.kind not in ABOUT_CONTAINERS or not looks:
        return None
    name = case.where.container if case.where is not None else None
    for line, call in refused(case):
        about = call.container or call.arguments.get("name")
        if name is not None and about != name and not (about is None and mentions(line.text, name)):
            continue
        if not _matters(line, call, case):
            continue
        told = _TOLD.search(line.output[-MAX_OUTPUT:])
        reason = one_line(told[1], 300) if told is not None else f"it breaks the rule {call.refused}."
        return Diagnosis(
            cause="refused_by_policy",
            summary=f"The command {named(line)} was refused, so it did nothing.",
            explanation=f"The engine on which your commands run allows only what the exercise needs: {reason}",
            fix="Leave out what was refused, and do the task without it.",
            line=line.number,
            # Without the name it may have been about something else; then what is there tells more.
            certainty=94 if about is not None or not case.containers else 80,
        )
    return None


def _matters(line: Line, call: Call, case: Case) -> bool:
    """Whether it is about what the check looks for; a name of an image that was refused is explained as a name."""
    if call.name == "image pull" or call.refused == "image":
        return False
    return intended(line, case) if case.where is None else True
