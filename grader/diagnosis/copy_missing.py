"""COPY asks for a file that isn't there: misspelt, or in another folder.

https://docs.docker.com/build/concepts/context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import relative
from grader.diagnosis._replay import not_replayed
from grader.diagnosis._sources import Absent, absent
from grader.diagnosis._words import base, nearest

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Read which source the build could not find, and look for what was meant."""
    missing = absent(case)
    if missing is None or missing.instruction.flag("from"):
        return None
    written, line, name = one_line(missing.written), missing.instruction.line, missing.instruction.name
    swapped = _swapped(case, missing)
    if swapped is not None:
        return swapped
    return Diagnosis(
        cause="copy_missing",
        summary=f"{name} in line {line} asks for {written}, which is not in the folder that the image is built from.",
        explanation=_explanation(case, missing),
        fix=_fix(case, missing),
        line=line,
        flag=(
            not_replayed(f"{written} ({name} in line {line}) is neither in the submission nor given by the exercise")
            if _meant(case, missing) is None
            else None
        ),
        certainty=92,
    )


def _swapped(case: Case, missing: Absent) -> Diagnosis | None:
    """Look for the file under the destination, where the source is a place as only an image has it: `/app`."""
    instruction = missing.instruction
    own = relative(instruction.arguments[-1])
    single = len(instruction.arguments) == 2  # noqa: PLR2004 - a source and a destination
    if not single or not missing.written.startswith("/") or own not in case.files or own in case.ignored:
        return None
    folder = missing.written if base(missing.written) == base(own) else f"{missing.written.rstrip('/')}/"
    right = " ".join((instruction.name, *instruction.flags, own, folder))
    return Diagnosis(
        cause="copy_missing",
        summary=(
            f"The two places of {instruction.name} in line {instruction.line} are swapped: {one_line(own, 100)} is in "
            f"your folder, and {one_line(missing.written, 100)} is not."
        ),
        explanation=f"{instruction.name} names first what it copies, from your folder, then its place in the image.",
        fix=f"Change line {instruction.line} to: {one_line(right, 300)}",
        line=instruction.line,
        certainty=92,
    )


def _explanation(case: Case, missing: Absent) -> str:
    own = " It may be on your own machine: it was not handed in, so the build can't be done here."
    return _seen(case) + (own if _meant(case, missing) is None else "")


def _seen(case: Case) -> str:
    shown = sorted(
        {path.split("/")[0] + ("/" if "/" in path else "") for path in case.files if path not in case.ignored}
    )
    listing = ", ".join(shown[:8]) + (" and more" if len(shown) > 8 else "") if shown else "nothing"  # noqa: PLR2004
    return f"Paths after COPY start at that folder, and capitals count. The folder holds: {one_line(listing, 200)}."


def _meant(case: Case, missing: Absent) -> str | None:
    """Give what is there, and was probably meant."""
    files = sorted(path for path in case.files if path not in case.ignored)
    known = set(files) | {path.rsplit("/", depth)[0] for path in files for depth in range(1, path.count("/") + 1)}
    moved = sorted((one for one in known if base(one) == base(missing.path)), key=lambda one: (one.count("/"), one))
    same_folder = {one for one in known if one.rpartition("/")[0] == missing.path.rpartition("/")[0]}
    return next(iter(moved), None) or nearest(missing.path, same_folder) or nearest(missing.path, known)


def _fix(case: Case, missing: Absent) -> str:
    line, found = missing.instruction.line, _meant(case, missing)
    if found is None:
        return f"Put {one_line(missing.path)} into that folder, or correct the name in line {line}."
    right = missing.instruction.text.replace(missing.written, found, 1)
    return f"Did you mean {one_line(found)}? Then change line {line} to: {one_line(right, 300)}"
