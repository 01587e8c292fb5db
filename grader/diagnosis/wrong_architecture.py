"""The program was compiled for another machine, or another system, than the one that the container runs on.

https://docs.docker.com/build/building/multi-platform/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._services import shell_text

if TYPE_CHECKING:
    from grader.core.facts import Case

_NOT_RUN: Final = frozenset({2, 126, 127})
"""Exit codes of shells that took such a file for a script, or knew better."""


def diagnose(case: Case) -> Diagnosis | None:
    """Compare what the head of the program says with the image."""
    ended, program = ended_badly(case), case.program
    if ended is None or ended.building or program is None or program.target is None or case.image is None:
        return None
    here = f"Linux on {case.image.architecture}"
    by_shell = shell_text(ended.argv) is not None and ended.exit_code in _NOT_RUN
    if program.target == here or not (by_shell or "exec format error" in ended.output.lower()):
        return None
    own = copied(case).get(program.path or "")
    return Diagnosis(
        cause="wrong_architecture",
        summary=f"{one_line(own or program.path or program.name)} is made for {program.target}, not for {here}.",
        explanation=(
            "A compiled program runs only on the kind of processor and the system that it was compiled for. "
            f"The image is for {here}; 'exec format error' is what Linux says of any other program."
        ),
        fix=(
            "Compile it while the image is built, from its source, in an earlier stage: then it fits. "
            f"Or compile it for {here} before you copy it."
        ),
        line=ended.line,
        certainty=96,
    )
