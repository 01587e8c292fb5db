r"""A `\` at the end of a command's last line, so that the next instruction is taken as a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.dockerfile import KNOWN
from grader.core.result import Diagnosis
from grader.diagnosis._build import failed_run
from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for an instruction on a line of its own inside the RUN that failed."""
    ended, dockerfile = failed_run(case), source(case)
    if ended is None or ended.instruction is None or dockerfile is None or ended.instruction.heredocs:
        return None
    lines, first = dockerfile.text.splitlines(), ended.instruction.line
    for number in range(first + 1, ended.instruction.end_line + 1):
        word = next(iter(lines[number - 1].split()), "") if number <= len(lines) else ""
        # After `&&` it was meant as a command; that is another mistake.
        if word in KNOWN and not lines[number - 2].rstrip(" \\").endswith(("&&", ";", "|")):
            return Diagnosis(
                cause="line_continued",
                summary=f"The line above {word} ends with a \\, so line {number} was taken as a part of the RUN above.",
                explanation=(
                    f"A \\ at the end says that the command goes on in the next line. RUN in line {first} therefore "
                    f"got the text of line {number}, and failed."
                ),
                fix=f"Delete the \\ at the end of the last line that belongs to the RUN, above line {number}.",
                line=number - 1,
                certainty=97,
            )
    return None
