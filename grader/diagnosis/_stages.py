"""Stages of a Dockerfile: what lies in one of them, and which one makes a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.diagnosis._copies import copied_by
from grader.diagnosis._services import parts
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Instruction, Stage
    from grader.core.facts import Case

MAX_LINE: Final = 4_000
"""Characters of a RUN that are searched."""


def label(stage: Stage) -> str:
    """Name a stage as COPY --from takes it."""
    return stage.name if stage.name is not None else str(stage.index)


def inside(case: Case, stage: Stage) -> dict[str, str]:
    """Give what the submission's files are in a stage: path there, path in the submission."""
    return copied_by(case, (*_parents(case, stage), *stage.instructions))


def _parents(case: Case, stage: Stage) -> tuple[Instruction, ...]:
    dockerfile: Dockerfile | None = case.dockerfile
    found: list[Instruction] = []
    parent = dockerfile.stage(stage.base, before=stage.index) if dockerfile is not None else None
    while dockerfile is not None and parent is not None:
        found[:0] = parent.instructions
        parent = dockerfile.stage(parent.base, before=parent.index)
    return tuple(found)


def maker(stage: Stage, name: str) -> Instruction | None:
    """Give the last RUN of a stage whose command names a file: `go build -o /out/server`."""
    wanted = re.compile(rf"(?:^|[\s/='\"]){re.escape(name)}(?:$|[\s;&|'\")])")
    runs = [one for one in stage.instructions if one.name == "RUN"]
    return next((one for one in reversed(runs) if wanted.search(text(one))), None)


def runner(stage: Stage, name: str) -> Instruction | None:
    """Give a RUN of a stage that starts a program."""
    runs = [one for one in stage.instructions if one.name == "RUN"]
    return next((one for one in runs if any(base(part.split()[0]) == name for part in parts(text(one)))), None)


def text(run: Instruction) -> str:
    """Give what a RUN runs."""
    return " ".join((*run.arguments, *run.heredocs))[:MAX_LINE]
