"""A library was installed in an earlier stage, and the last one, which becomes the image, has no installation.

https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly, source

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Instruction, Stage
    from grader.core.facts import Case

_PYTHON: Final = re.compile(r"^ModuleNotFoundError: No module named '([\w.]{1,100})'$", re.MULTILINE)
_NODE: Final = re.compile(r"^Error: Cannot find (?:module|package) '(@?[\w][\w./-]{0,100})'", re.MULTILINE)
_PIP: Final = re.compile(r"\b(?:pip[\d.]*|uv|poetry|pipenv) (?:\S{1,80} ){0,6}(?:install|sync)\b")
_NPM: Final = re.compile(r"\b(?:npm|yarn|pnpm) (?:ci|i|install|add)\b|\byarn(?: install)?\s*$")
MAX_LINE: Final = 4_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for an import that failed, and for installations in stages that the image is not built on only."""
    ended, dockerfile = ended_badly(case), source(case)
    if ended is None or ended.building or dockerfile is None or len(dockerfile.stages) == 1:
        return None
    python, node = _PYTHON.search(ended.output), _NODE.search(ended.output)
    found, installer = (python, _PIP) if python is not None else (node, _NPM)
    lineage = dockerfile.lineage()
    own = [one for stage in lineage for one in stage.instructions]
    # Where something is installed in the last stage, too, or taken over, it is not known what is missing of it.
    if found is None or any(_runs(one, installer) or (one.name == "COPY" and one.flag("from")) for one in own):
        return None
    for stage in (one for one in dockerfile.stages if one not in lineage):
        step = next((one for one in _chain(dockerfile, stage) if _runs(one, installer)), None)
        if step is not None:
            break
    else:
        return None
    name = one_line(found[1].split(".")[0] if python is not None else found[1], 80)
    label = f"'{one_line(stage.name, 60)}'" if stage.name else f"that begins in line {stage.line}"
    return Diagnosis(
        cause="package_in_build_stage",
        summary=f"Your program needs '{name}', and the last stage, which becomes the image, installs nothing.",
        explanation=(
            f"The installation in line {step.line} is in the stage {label}. Each FROM starts a new image, and of the "
            "stages before, the last one has only what COPY --from takes over."
        ),
        fix=(
            f"Install it in the last stage, too, or take over the folder that line {step.line} installs into: "
            f"COPY --from={one_line(stage.name or str(stage.index), 60)} FOLDER FOLDER"
        ),
        line=ended.line,
        certainty=94,
    )


def _runs(instruction: Instruction, command: re.Pattern[str]) -> bool:
    return instruction.name == "RUN" and command.search(" ".join(instruction.arguments)[:MAX_LINE]) is not None


def _chain(dockerfile: Dockerfile, stage: Stage) -> list[Instruction]:
    found = list(stage.instructions)
    while (parent := dockerfile.stage(stage.base, before=stage.index)) is not None:
        found[:0] = parent.instructions
        stage = parent
    return found
