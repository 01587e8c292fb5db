"""What the container starts is in an earlier stage, and the last one, which becomes the image, doesn't take it over.

https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import Ended, ended_badly, source
from grader.diagnosis._missing import wanted
from grader.diagnosis._services import shell_text
from grader.diagnosis._stages import inside, label, maker, runner
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Stage
    from grader.core.facts import Case

_NO_PROGRAM: Final = re.compile(
    r'exec: "([^"\s]{1,200})": (?:executable file not found in \$PATH|stat [^\n]{0,300}: no such file or directory)'
)
_SHELL: Final = re.compile(r"^\S{0,80}sh: (?:\d+: |line \d+: )?([\w.+-]{1,80}): (?:command )?not found", re.MULTILINE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the missing file, or program, in the stages that don't become a part of the image."""
    ended, dockerfile = ended_badly(case), source(case)
    if ended is None or ended.building or dockerfile is None or len(dockerfile.stages) == 1:
        return None
    name = _missing(case, ended)
    if name is None:
        return None
    lineage = dockerfile.lineage()
    for stage in reversed([one for one in dockerfile.stages if one not in lineage]):
        path = next((path for path in sorted(inside(case, stage)) if base(path) == name), None)
        if path is not None:
            place = f"{path} {path}"
            return _explain(stage, name, ended, f"has it as {one_line(path)}", place)
        used = runner(stage, name)
        if used is not None:
            return _of_base(dockerfile, stage, name, ended, used.line)
        made = maker(stage, name)
        if made is not None:
            place = f"PATH {wanted(case, ended) or f'/{name}'}, with its path in that stage for PATH"
            return _explain(stage, name, ended, f"names it in line {made.line}", place)
    return None


def _missing(case: Case, ended: Ended) -> str | None:
    path = wanted(case, ended)
    if path is not None:
        return base(path)
    found = _NO_PROGRAM.search(ended.output) or (_SHELL.search(ended.output) if shell_text(ended.argv) else None)
    return base(found[1]) if found is not None else None


def _explain(stage: Stage, name: str, ended: Ended, where: str, place: str) -> Diagnosis:
    return Diagnosis(
        cause="artefact_not_copied",
        summary=(
            f"The image has no {one_line(name, 80)}: the stage '{label(stage)}' {where}, and no COPY takes it over."
        ),
        explanation=(
            "Only the last stage becomes the image. Of the stages above it, it gets just what COPY --from takes."
        ),
        fix=f"Add a line below the last FROM: COPY --from={label(stage)} {one_line(place, 200)}",
        line=ended.line,
        certainty=95,
    )


def _of_base(dockerfile: Dockerfile, stage: Stage, name: str, ended: Ended, used: int) -> Diagnosis:
    first, last = one_line(stage.base, 80), one_line(dockerfile.final.base, 80)
    return Diagnosis(
        cause="artefact_not_copied",
        summary=f"The last stage, FROM {last}, doesn't have {one_line(name, 80)}, which {ended.where} starts.",
        explanation=(
            f"The stage '{label(stage)}', FROM {first}, has it: line {used} uses it there. "
            "But only the last stage becomes the image."
        ),
        fix=(
            f"Begin the last stage with an image that has {one_line(name, 80)}. "
            f"Change line {dockerfile.final.line} to: FROM {first}"
        ),
        line=ended.line,
        certainty=95,
    )
