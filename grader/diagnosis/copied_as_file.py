"""A file was copied to the name of a folder, which made it a file of that name: the `/` at the end is missing.

https://docs.docker.com/reference/dockerfile/#destination-1
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import before
from grader.diagnosis._copies import placements
from grader.diagnosis._evidence import ended_badly, failed_build, instruction_at, source
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

# BuildKit, which names the place in a folder of its own; programs; and the engine, of a working directory.
_NO_FOLDER: Final = re.compile(r"mkdir \S{1,300}: not a directory")
_SAID: Final = re.compile(r"\bnot a directory\b|\bENOTDIR\b", re.IGNORECASE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a complaint about a folder that is a file, and for the COPY that made it one."""
    failure, dockerfile = failed_build(case), source(case)
    if dockerfile is None:
        return None
    failed = instruction_at(case, failure.line) if failure is not None else None
    ended = ended_badly(case)
    if failure is not None and failed is not None and _NO_FOLDER.search(failure.message):
        steps, text = before(case, failed), failed.text
    elif ended is not None and _SAID.search(ended.output):
        steps = (
            before(case, ended.instruction)
            if ended.building and ended.instruction is not None
            else tuple(one for stage in reversed(dockerfile.lineage()) for one in stage.instructions)
        )
        text = ended.output
    else:
        return None
    return next((_explain(one, *made) for one, made in _renamed(case, steps) if _about(text, made[0])), None)


def _renamed(case: Case, steps: Sequence[Instruction]) -> list[tuple[Instruction, tuple[str, str]]]:
    """Give every COPY that gave a file another name, one without an ending: where it is, and what it was."""
    found = []
    for one, placed in placements(case, steps):
        if len(one.arguments) != 2 or len(placed) != 1:  # noqa: PLR2004 - what, and where to
            continue
        [(path, own)] = placed.items()
        if base(path) != base(own) and posixpath.basename(one.arguments[-1]) == base(path):
            found.append((one, (path, own)))
    return found


def _about(text: str, path: str) -> bool:
    return re.search(rf"(?:^|[\s'\"/]){re.escape(path.lstrip('/'))}(?:/|\b)", text) is not None


def _explain(one: Instruction, path: str, own: str) -> Diagnosis:
    target = one_line(one.arguments[-1], 120)
    right = one_line(f"{one.text.rstrip()}/", 300)
    return Diagnosis(
        cause="copied_as_file",
        summary=f"{one_line(path, 120)} is a file, not a folder: line {one.line} copied {one_line(own, 80)} to it.",
        explanation=(
            f"A place without / at its end is the new name of the file, unless there is a folder of that name already. "
            f"There was none called {target}."
        ),
        fix=f"End the place with a /, so that COPY makes a folder. Change line {one.line} to: {right}",
        line=one.line,
        certainty=96,
    )
