"""An image that should be there was removed by the student."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.references import normalize
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import lines, named, subcommand, wanted_name

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the last command that did anything with this name: one that removed it."""
    wanted = wanted_name(case)
    if case.kind != "local_image" or wanted is None or not case.message.startswith("there is no image"):
        return None
    last = next((line for line in reversed(lines(case)) if line.succeeded and _names(line, wanted)), None)
    if last is None or not any(call.name == "image rm" and not call.failed for call in last.calls):
        return None
    return Diagnosis(
        cause="image_removed",
        summary=f"The command {named(last)} removed the name {one_line(wanted)}.",
        explanation="An image can have several names. docker rmi takes one away; with the last one goes the image.",
        fix="Leave this command out: the image is to keep this name.",
        line=last.number,
        certainty=94,
    )


def _names(line: Line, wanted: str) -> bool:
    known = subcommand(line) in {"rmi", "rm", "tag", "pull", "run", "create", "build", "commit"}
    return known and normalize(wanted) in {normalize(word) for word in line.text.split()}
