"""`COPY --from` asks for a file that the other stage, or image, doesn't have at that path.

https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import workdir_of
from grader.diagnosis._evidence import source
from grader.diagnosis._sources import absent
from grader.diagnosis._stages import inside, maker
from grader.diagnosis._words import base, nearest

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Stage
    from grader.core.facts import Case
    from grader.diagnosis._sources import Absent


def diagnose(case: Case) -> Diagnosis | None:
    """Read which file the build could not find in the other stage, and look for it there."""
    missing, dockerfile = absent(case), source(case)
    origin = next(iter(missing.instruction.flag("from")), None) if missing is not None else None
    if missing is None or dockerfile is None or origin is None:
        return None
    stage = _stage(dockerfile, origin, missing)
    name, line = one_line(origin, 60), missing.instruction.line
    return Diagnosis(
        cause="stage_file_missing",
        summary=f"COPY in line {line} asks for {one_line(missing.written)} of '{name}', which has no such file.",
        explanation=(
            "With --from, files come from that stage or image, not from your folder. "
            "Their paths begin at its root, also where it has a WORKDIR."
        ),
        fix=_fix(case, missing, stage, name),
        line=line,
        certainty=94,
    )


def _stage(dockerfile: Dockerfile, origin: str, missing: Absent) -> Stage | None:
    if origin.isdigit():
        return next((one for one in dockerfile.stages if one.index == int(origin[:6])), None)
    own = next((one for one in dockerfile.stages if missing.instruction in one.instructions), None)
    return dockerfile.stage(origin, before=own.index if own is not None else None)


def _fix(case: Case, missing: Absent, stage: Stage | None, name: str) -> str:
    line = missing.instruction.line
    if stage is None:
        return f"Correct the path in line {line}."
    there = inside(case, stage)
    file = base(missing.path)
    same = next((path for path in sorted(there) if base(path) == file), None)
    if same is not None:
        right = missing.instruction.text.replace(missing.written, same, 1)
        return f"'{name}' has it as {one_line(same)}. Change line {line} to: {one_line(right, 300)}"
    made = maker(stage, file)
    if made is not None:
        workdir = workdir_of(stage.instructions)
        return (
            f"RUN in line {made.line} of '{name}' names {one_line(file, 60)}: compare the path there, which begins at "
            f"{one_line(workdir, 80)} if it has no / at its start, with line {line}."
        )
    similar = nearest(file, {base(path) for path in there})
    if similar is not None:
        return f"'{name}' has a file called {one_line(similar, 80)}: did you mean that? Correct line {line}."
    return f"Correct the path in line {line}, or let a step of '{name}' make the file."
