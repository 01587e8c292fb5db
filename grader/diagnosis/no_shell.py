"""CMD or ENTRYPOINT is written without brackets, which takes a shell, in an image that has none.

https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from grader.core.references import SCRATCH
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import at, exited, source, starters
from grader.diagnosis._words import array, base

if TYPE_CHECKING:
    from grader.core.facts import Case

_NO_SHELL: Final = re.compile(r'exec: "/bin/sh": (?:stat /bin/sh: no such file|executable file not found)')

_PATH: Final = frozenset({"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"})
"""Where a program is looked for by its name alone, as long as no ENV says otherwise."""


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the engine says of a shell that isn't there."""
    state, dockerfile = exited(case), source(case)
    if state is None or dockerfile is None or not _NO_SHELL.search(state.error):
        return None
    place = next((one for one in starters(case) if not one.exec_form), None)
    if place is None or state.argv[:2] != ("/bin/sh", "-c"):
        return None
    line = " ".join(place.arguments)
    simple = not any(char in line for char in "$><*&;|'\"`(=")
    name, *rest = line.split() or [""]
    path = _program(case, name)
    words = array([path or name, *rest])
    return Diagnosis(
        cause="no_shell",
        summary=f"{at(place)} is to be run by a shell, and the image has no shell.",
        explanation=(
            "Without brackets, a command is given to /bin/sh. "
            f"An image that starts FROM {one_line(dockerfile.final.base, 80)} has only what is copied into it."
        ),
        fix=(
            f"Nothing that is copied into the image is called {one_line(name, 80)}: COPY that program into it, too, or "
            "start FROM an image that has it and a shell. Without a shell, the command needs brackets: "
            f"{place.name} {one_line(words, 300)}"
            if simple and path is None
            else f"Write the command with brackets, which needs no shell. Change line {place.line} to: "
            f"{place.name} {one_line(words, 300)}"
            if simple
            else f"Write the command in line {place.line} with brackets, which needs no shell: one program and its "
            "arguments. Or start FROM an image that has a shell."
        ),
        line=place.line,
        certainty=97,
    )


def _program(case: Case, name: str) -> str | None:
    """Give the program as the command has to name it; None for one that is surely not in the image.

    Surely: nothing but what is copied from the submission is in an image from scratch.
    """
    dockerfile = source(case)
    lineage = dockerfile.lineage() if dockerfile is not None else ()
    placed = [one for stage in lineage for one in stage.instructions if one.name in {"COPY", "ADD"}]
    targets = [one.arguments[-1] for one in placed if one.arguments]
    paths = [*copied(case), *(one for one in targets if not one.endswith("/"))]
    found = next((path for path in paths if base(path) == base(name)), None)
    if found is not None:
        return name if "/" in name or posixpath.dirname(found) in _PATH else posixpath.join("/", found)
    known = all(one.name == "COPY" and not one.flag("from") and "$" not in one.text for one in placed)
    others = any(one.name == "RUN" for stage in lineage for one in stage.instructions)
    nothing = bool(lineage) and lineage[-1].base == SCRATCH
    return None if known and nothing and not others else name
