"""What the container needs was put into an earlier stage, and the last stage doesn't take it over.

https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied, copied_by
from grader.diagnosis._evidence import ended_badly, source
from grader.diagnosis._missing import MAX_PATH, wanted
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Instruction, Stage
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended

_NO_MODULE: Final = re.compile(
    r"^ModuleNotFoundError: No module named '([\w.]+)'$|^Error: Cannot find (?:module|package) '(@?[\w][\w./-]*)'",
    re.MULTILINE,
)
_NO_PROGRAM: Final = re.compile(r'exec: "([\w.+-]{1,100})": executable file not found')
_PIP: Final = re.compile(r"\b(?:pip[\d.]*|uv|poetry|pipenv) (?:\S{1,80} ){0,6}(?:install|sync)\b")
_NPM: Final = re.compile(r"\b(?:npm|yarn|pnpm) (?:ci|i|install|add)\b|\byarn(?: install)?\s*$")
_SYSTEM: Final = re.compile(r"\b(?:apt|apt-get|apk|npm|yum|dnf|pip[\d.]*) (?:\S{1,80} ){0,6}(?:install|add|i)\b")
MAX_LINE: Final = 4_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what is missing among what earlier stages, which the image is not built on, were given."""
    ended, dockerfile = ended_badly(case), source(case)
    if ended is None or ended.building or dockerfile is None or len(dockerfile.stages) == 1:
        return None
    family = {one.index for one in dockerfile.lineage()}
    others = [one for one in dockerfile.stages if one.index not in family]
    return _file(case, ended, others, dockerfile) or _installed(ended, others, dockerfile)


def _file(case: Case, ended: Ended, others: list[Stage], dockerfile: Dockerfile) -> Diagnosis | None:
    path = wanted(case, ended)
    program = case.program
    if path is None and program is not None and program.path is None and program.name.startswith("/"):
        path = posixpath.normpath(program.name)
    if path is None or len(path) > MAX_PATH or any(base(one) == base(path) for one in copied(case)):
        return None
    for stage in others:
        chain = _chain(dockerfile, stage)
        inside = next((one for one in copied_by(case, chain) if base(one) == base(path)), None)
        if inside is not None:
            return _found(base(path), (inside, path), stage, ended, None)
        made = next((one for one in chain if _makes(one, path)), None)
        if made is not None:
            return _found(base(path), (path, path), stage, ended, made)
    return None


def _makes(instruction: Instruction, path: str) -> bool:
    """Whether a RUN names exactly this file as where its outcome goes: `go build -o /app/server`."""
    text = " ".join(instruction.arguments)[:MAX_LINE]
    return instruction.name == "RUN" and re.search(rf"(?:-o|>|>>) ?{re.escape(path)}(?![\w./-])", text) is not None


def _installed(ended: Ended, others: list[Stage], dockerfile: Dockerfile) -> Diagnosis | None:
    module, program = _NO_MODULE.search(ended.output), _NO_PROGRAM.search(ended.output)
    if module is not None:
        name, installer = module[1] or module[2], _PIP if module[1] else _NPM
    elif program is not None:
        name, installer = program[1], _SYSTEM
    else:
        return None
    own = [one for stage in dockerfile.lineage() for one in stage.instructions]
    if any(_runs(one, installer) for one in own) or any(one.flag("from") for one in own if one.name == "COPY"):
        # Something is installed in the last stage, too, or taken over: then it is not known what is missing of it.
        return None
    for stage in others:
        step = next((one for one in _chain(dockerfile, stage) if _runs(one, installer)), None)
        # Of a program, the name has to be seen: a module may stand in a list of packages.
        if step is None or (program is not None and not re.search(rf"\b{re.escape(name)}\b", step.text[:MAX_LINE])):
            continue
        return _found(name.split(".")[0], None, stage, ended, step)
    return None


def _runs(instruction: Instruction, command: re.Pattern[str]) -> bool:
    return instruction.name == "RUN" and command.search(" ".join(instruction.arguments)[:MAX_LINE]) is not None


def _chain(dockerfile: Dockerfile, stage: Stage) -> list[Instruction]:
    found = list(stage.instructions)
    while (parent := dockerfile.stage(stage.base, before=stage.index)) is not None:
        found[:0] = parent.instructions
        stage = parent
    return found


def _found(name: str, paths: tuple[str, str] | None, stage: Stage, ended: Ended, step: Instruction | None) -> Diagnosis:
    label = f"'{one_line(stage.name, 60)}'" if stage.name else f"that begins in line {stage.line}"
    what, place = one_line(name, 80), f" in line {step.line}" if step is not None else ""
    given = one_line(stage.name or str(stage.index), 60)
    return Diagnosis(
        cause="left_in_build_stage",
        summary=f"{what} is in the stage {label}, and not in the image: the last stage doesn't take it over.",
        explanation=(
            "Each FROM starts a new image, and only the last one is run. "
            f"What an earlier stage has{f' got{place}' if place else ''} is not in it, if no COPY --from brings it."
        ),
        fix=(
            f"Add to the last stage: COPY --from={given} {' '.join(one_line(path, 120) for path in paths)}"
            if paths is not None
            else f"Install it in the last stage, or COPY --from={given} the folder that it was installed into."
        ),
        line=ended.line,
        certainty=94,
    )
