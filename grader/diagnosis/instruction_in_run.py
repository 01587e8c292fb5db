"""A word of the Dockerfile stands inside a RUN, where a shell takes it for a program: `RUN ENV NAME=value`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.dockerfile import KNOWN
from grader.core.result import Diagnosis
from grader.diagnosis._build import failed_run, not_found
from grader.diagnosis._words import EXAMPLES

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a program that was not found, and whose name is an instruction's."""
    ended = failed_run(case)
    name = not_found(ended) if ended is not None else None
    if ended is None or ended.instruction is None or name not in KNOWN:
        return None
    place = ended.instruction
    continued = place.end_line > place.line
    example = f" One that is right: {EXAMPLES[name]}" if name in EXAMPLES else ""
    return Diagnosis(
        cause="instruction_in_run",
        summary=f"{name} stands inside the RUN in line {place.line}, so the shell looks for a program called {name}.",
        explanation=(
            f"RUN hands all that follows to a shell, which knows programs, and not {name}. "
            + ("A line that ends with \\ or && goes on in the next one." if continued else "")
        ).strip(),
        fix=(
            f"Begin a line of its own with {name}"
            + (", and delete the \\ or && at the end of the line above it." if continued else ".")
            + example
        ),
        line=place.line,
        certainty=95,
    )
