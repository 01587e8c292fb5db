"""What causes of failed builds read from a case: the RUN that failed, and what stands before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.diagnosis._evidence import Ended, ended_badly, source

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction, Stage
    from grader.core.facts import Case

# The engine, a shell of Debian, busybox and bash: each has its words for a program that isn't there.
_NO_COMMAND: Final = re.compile(
    r"sh: (?:\d+: |line \d+: )?([^\s:/]{1,200}): (?:command )?not found"
    r'|exec: "([^"/\n]{1,200})": executable file not found'
)


def failed_run(case: Case) -> Ended | None:
    """Give the RUN that ended the build."""
    ended = ended_badly(case)
    return ended if ended is not None and ended.building and ended.instruction is not None else None


def stage_of(case: Case, instruction: Instruction) -> Stage | None:
    """Give the stage that an instruction stands in."""
    dockerfile = source(case)
    stages = dockerfile.stages if dockerfile is not None else ()
    return next((one for one in stages if instruction in one.instructions), None)


def before(case: Case, instruction: Instruction) -> tuple[Instruction, ...]:
    """Give the instructions that an image has been through before one: also of the stages that it is built on."""
    dockerfile, stage = source(case), stage_of(case, instruction)
    found: list[Instruction] = []
    while dockerfile is not None and stage is not None:
        found[:0] = [one for one in stage.instructions if one.line < instruction.line]
        stage = dockerfile.stage(stage.base, before=stage.index)
    return tuple(found)


def base_of(case: Case, instruction: Instruction | None) -> str:
    """Give the image that a stage comes from in the end: `python:3-slim`."""
    dockerfile = source(case)
    stage = stage_of(case, instruction) if instruction is not None else None
    while dockerfile is not None and stage is not None:
        parent = dockerfile.stage(stage.base, before=stage.index)
        if parent is None:
            return stage.base
        stage = parent
    return ""


def not_found(ended: Ended) -> str | None:
    """Give the name of the program that was not found."""
    found = _NO_COMMAND.search(ended.output) if ended.exit_code in {1, 127} else None
    return (found[1] or found[2]) if found is not None else None


def user_before(case: Case, instruction: Instruction) -> Instruction | None:
    """Give the USER that a step runs as, if it isn't root."""
    users = [one for one in before(case, instruction) if one.name == "USER" and one.arguments]
    if not users or users[-1].arguments[0].partition(":")[0] in {"root", "0"}:
        return None
    return users[-1]


def sets_path(case: Case, instruction: Instruction) -> bool:
    """Say whether an ENV may have taken programs out of reach."""
    return any(one.name == "ENV" and "PATH" in one.arguments[::2] for one in before(case, instruction))
