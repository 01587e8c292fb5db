"""COPY asks for a file that isn't there: misspelt, in another folder, or above the build context.

https://docs.docker.com/build/concepts/context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._sources import Absent, absent
from grader.diagnosis._words import base, nearest

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Read which source the build could not find, and look for what was meant."""
    missing = absent(case)
    if missing is None:
        return None
    written, line, name = one_line(missing.written), missing.instruction.line, missing.instruction.name
    stage = next(iter(missing.instruction.flag("from")), None)
    if stage is not None:
        return Diagnosis(
            cause="copy_missing",
            summary=f"{name} in line {line} asks for {written} of '{one_line(stage)}', which has no such file.",
            explanation=(
                "With --from, files come from that stage or image, not from your folder, and by their path in there."
            ),
            fix=f"Correct the path in line {line}, or let a step of '{one_line(stage)}' make the file.",
            line=line,
            certainty=92,
        )
    return Diagnosis(
        cause="copy_missing",
        summary=f"{name} in line {line} asks for {written}, which is not in the folder that the image is built from.",
        explanation=_explanation(case, missing),
        fix=_fix(case, missing),
        line=line,
        certainty=92,
    )


def _explanation(case: Case, missing: Absent) -> str:
    if missing.written.startswith("../"):
        return "A build sees only the folder it is given (the `.` of `docker build .`): nothing above it can be copied."
    shown = sorted(
        {path.split("/")[0] + ("/" if "/" in path else "") for path in case.files if path not in case.ignored}
    )
    listing = ", ".join(shown[:8]) + (" and more" if len(shown) > 8 else "") if shown else "nothing"  # noqa: PLR2004
    return f"Paths after COPY start at that folder, and capitals count. The folder holds: {one_line(listing, 200)}."


def _fix(case: Case, missing: Absent) -> str:
    line = missing.instruction.line
    files = sorted(path for path in case.files if path not in case.ignored)
    known = set(files) | {path.rsplit("/", depth)[0] for path in files for depth in range(1, path.count("/") + 1)}
    moved = sorted((one for one in known if base(one) == base(missing.path)), key=lambda one: (one.count("/"), one))
    same_folder = {one for one in known if one.rpartition("/")[0] == missing.path.rpartition("/")[0]}
    found = next(iter(moved), None) or nearest(missing.path, same_folder) or nearest(missing.path, known)
    if found is None:
        return f"Put {one_line(missing.path)} into that folder, or correct the name in line {line}."
    right = missing.instruction.text.replace(missing.written, found, 1)
    return f"Did you mean {one_line(found)}? Then change line {line} to: {one_line(right, 300)}"
