"""A container is gone because it was removed: by the student, or by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.diagnosis._commands import ABOUT_CONTAINERS, lines, missing, named

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Call, Line


def diagnose(case: Case) -> Diagnosis | None:
    """Follow a container of this name from its creation to its end."""
    name = case.where.container if case.where is not None else None
    if name is None or case.kind not in ABOUT_CONTAINERS or not missing(case):
        return None
    made: tuple[Line, Call] | None = None
    gone: Line | None = None
    for line in lines(case):
        for call in line.calls:
            if call.failed:
                continue
            if call.name == "container create" and name in {call.container, call.arguments.get("name")}:
                made, gone = (line, call), None
            elif call.name == "container rm" and call.container == name:
                gone = line
    if gone is not None:
        return Diagnosis(
            cause="container_removed",
            summary=f"The command {named(gone)} removed the container '{name}'.",
            explanation="What is removed is gone, with its files and its log. One that is stopped is still there.",
            fix="Leave this command out: the container is to be kept.",
            line=gone.number,
            certainty=94,
        )
    if made is None or not _removes_itself(made[1]):
        return None
    return Diagnosis(
        cause="container_removed",
        summary=f"The container '{name}' of the command {named(made[0])} has removed itself.",
        explanation="--rm means that Docker removes the container as soon as it has ended, with its files and its log.",
        fix="Leave out --rm: the container is to be kept.",
        line=made[0].number,
        certainty=94,
    )


def _removes_itself(call: Call) -> bool:
    config = call.body.get("HostConfig") if isinstance(call.body, dict) else None
    return isinstance(config, dict) and config.get("AutoRemove") is True
