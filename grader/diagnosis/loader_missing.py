"""A program was copied into an image that doesn't have the loader it needs: "no such file", though it is there.

https://man7.org/linux/man-pages/man8/ld.so.8.html
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly, source

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a compiled program that is in the image, and whose loader is not."""
    ended, program = ended_badly(case), case.program
    if ended is None or ended.building or program is None or program.loader is None or program.loader_there:
        return None
    if "no such file or directory" not in ended.output and "not found" not in ended.output:
        return None
    place = _copy(case, program.path or "")
    loader, path = one_line(program.loader, 80), one_line(program.path or program.name, 80)
    library = "musl, the C library of Alpine" if "musl" in loader else "glibc, the C library of Debian and Ubuntu"
    return Diagnosis(
        cause="loader_missing",
        summary=f"{path} is in the image, and {loader}, which has to load it, is not.",
        explanation=(
            f"The program was linked with {library}, and can't start without it. "
            "'No such file' is about that loader, not about the program."
            + (f" {place.name} in line {place.line} brings the program alone." if place is not None else "")
        ),
        fix=(
            "Let the last stage start FROM an image of the same family as the one that the program comes from. "
            "Or link the program statically when it is compiled (for Go: CGO_ENABLED=0)."
        ),
        line=place.line if place is not None else ended.line,
        certainty=96,
    )


def _copy(case: Case, path: str) -> Instruction | None:
    """Find the COPY that brought the program, by where it copies to."""
    dockerfile = source(case)
    copies = [one for one in dockerfile.final.instructions if one.name == "COPY"] if dockerfile is not None else []
    for one in reversed(copies):
        target = posixpath.normpath(posixpath.join("/", one.arguments[-1])) if one.arguments else ""
        sources = {posixpath.basename(each.rstrip("/")) for each in one.arguments[:-1]}
        if target == path or (posixpath.dirname(path) == target and posixpath.basename(path) in sources):
            return one
    return None
