"""Where COPY puts the files of the submission."""

from __future__ import annotations

import fnmatch
import posixpath
from typing import TYPE_CHECKING, Final

from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

MAX_SOURCES: Final = 200
"""Sources of COPY that are looked for, in all: each is compared with every file."""
MAX_SOURCE: Final = 500
"""Characters of a source: a pattern is compiled, and no path is longer."""


def copied(case: Case) -> dict[str, str]:
    """Give what the final image gets from the submission: path in the image, path in the submission.

    A COPY with a variable in it is left out, and so is what the base image's own working directory would change.
    """
    dockerfile = source(case)
    stages = reversed(dockerfile.lineage()) if dockerfile is not None else ()
    return copied_by(case, [one for stage in stages for one in stage.instructions])


def copied_by(case: Case, instructions: Iterable[Instruction]) -> dict[str, str]:
    """Give the same after some instructions, which follow each other from the base image on."""
    return {path: own for _, placed in placements(case, instructions) for path, own in placed.items()}


def placements(case: Case, instructions: Iterable[Instruction]) -> list[tuple[Instruction, dict[str, str]]]:
    """Give what each of some COPY and ADD instructions brings into the image, in one pass."""
    files = [path for path in case.files if path not in case.ignored]
    found: list[tuple[Instruction, dict[str, str]]] = []
    before: dict[str, str] = {}
    workdir = "/"
    left = MAX_SOURCES
    for instruction in instructions:
        if instruction.name == "WORKDIR" and instruction.arguments:
            workdir = posixpath.normpath(posixpath.join(workdir, instruction.arguments[0]))
        elif instruction.name in {"COPY", "ADD"} and "$" not in instruction.text and not instruction.flag("from"):
            placed = _placed(instruction, workdir, files, before, left)
            found.append((instruction, placed))
            before |= placed
            left = max(left - len(instruction.arguments), 0)
    return found


def workdir_of(instructions: Iterable[Instruction]) -> str:
    """Give the folder that a relative path starts at after some instructions, or / where none says."""
    workdir = "/"
    for one in instructions:
        if one.name == "WORKDIR" and one.arguments:
            workdir = posixpath.normpath(posixpath.join(workdir, one.arguments[0]))
    return workdir


def _placed(
    instruction: Instruction, workdir: str, files: list[str], before: dict[str, str], most: int
) -> dict[str, str]:
    *sources, target = instruction.arguments or ("",)
    place = posixpath.normpath(posixpath.join(workdir, target))
    into = target.endswith(("/", ".")) or len(sources) > 1 or place == workdir
    into = into or any(path.startswith(f"{place}/") for path in before)
    found = {}
    for one in (one for one in sources[:most] if len(one) <= MAX_SOURCE):
        for path, rest in matches(one, files):
            # A file keeps its name in a directory; a directory gives its contents.
            end = rest or (posixpath.basename(path) if into or "*" in one else "")
            found[posixpath.join(place, end) if end else place] = path
    return found


def matches(written: str, files: list[str]) -> list[tuple[str, str]]:
    """Give the files that a source of COPY names, each with its path below that source ('' for the file itself)."""
    wanted = relative(written)
    if wanted == "":
        return [(path, path) for path in files]
    found = []
    for path in files:
        parts = path.split("/")
        depth = wanted.count("/") + 1
        head, rest = "/".join(parts[:depth]), "/".join(parts[depth:])
        if head == wanted or fnmatch.fnmatchcase(head, wanted):
            found.append((path, rest))
    return found


def relative(written: str) -> str:
    """Bring a source of COPY to the form of the context's paths, which start at its top; the context itself is ''."""
    return posixpath.normpath(posixpath.join("/", written)).lstrip("/")
