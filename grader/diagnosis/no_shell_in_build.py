"""RUN in a stage that begins with `FROM scratch`: there is no shell in it, nor anything else.

https://docs.docker.com/build/building/base-images/#create-a-minimal-base-image-using-scratch
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import base_of, failed_run

if TYPE_CHECKING:
    from grader.core.facts import Case

_NO_SHELL: Final = re.compile(r'exec: "(/\S{1,200})": (?:stat \S{1,200}: no such file|executable file not found)')


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the engine says of a shell that isn't there."""
    ended = failed_run(case)
    found = _NO_SHELL.search(ended.output) if ended is not None else None
    if ended is None or ended.instruction is None or ended.instruction.exec_form or found is None:
        return None
    image = base_of(case, ended.instruction)
    empty = image == "scratch"
    return Diagnosis(
        cause="no_shell_in_build",
        summary=f"RUN in line {ended.line} needs a shell, and the image has none at this point.",
        explanation=(
            "RUN gives its line to a shell of the image. "
            + (
                "`FROM scratch` is an empty image: it has only what is copied into it."
                if empty
                else f"FROM {one_line(image, 80)} doesn't have {found[1]}."
            )
        ),
        fix=(
            f"Do the work of line {ended.line} in a stage of its own that is built on an image with a shell, and take "
            "its outcome over with COPY --from."
        ),
        line=ended.line,
        certainty=96,
    )
