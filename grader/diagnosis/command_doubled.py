"""ENTRYPOINT and CMD both name the program: CMD is handed to ENTRYPOINT as arguments.

https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly, source
from grader.diagnosis._words import array, base

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a command line with the program twice, and for a complaint that names what is too much."""
    ended, dockerfile = ended_badly(case), source(case)
    if ended is None or ended.building or dockerfile is None:
        return None
    entry, command = dockerfile.effective("ENTRYPOINT"), dockerfile.effective("CMD")
    if entry is None or command is None or not (entry.exec_form and command.exec_form):
        return None
    first, second = entry.arguments, command.arguments
    if not first or not second or ended.argv != (*first, *second) or base(first[0]) != base(second[0]):
        return None
    # What the program complains of is an argument that is the program, or a file of the program's name.
    if not re.search(rf"(?<![\w.-]){re.escape(second[0])}['\"\s,:;]", f"{_complaint(ended.output)}\n"):
        return None
    rest = second[len(first) :] if second[: len(first)] == first else second[1:]
    return Diagnosis(
        cause="command_doubled",
        summary=f"The container starts `{one_line(' '.join(ended.argv), 120)}`: the program is named twice.",
        explanation=(
            f"What CMD in line {command.line} says is added to ENTRYPOINT in line {entry.line}, as arguments. "
            f"So {base(first[0])} was given the word {one_line(second[0], 60)} as if it were a file or an argument."
        ),
        fix=_fix(entry, command, rest),
        line=command.line,
        certainty=95,
    )


def _complaint(output: str) -> str:
    """Give the lines that a program ends with, without those of a traceback that show its code."""
    return "\n".join(line for line in output.splitlines()[-6:] if not line.startswith("  "))


def _fix(entry: Instruction, command: Instruction, rest: tuple[str, ...]) -> str:
    if rest:
        return f"Leave in CMD only the arguments. Change line {command.line} to: CMD {one_line(array(rest), 300)}"
    return f"Delete line {command.line}: ENTRYPOINT in line {entry.line} says all of it. Or delete line {entry.line}."
