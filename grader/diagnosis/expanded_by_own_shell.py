"""A variable between double quotes was replaced by the student's own shell, before the container's shell saw it.

https://www.gnu.org/software/bash/manual/html_node/Double-Quotes.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, lines, meant, mentions, named, subcommand
from grader.diagnosis._replay import not_replayed

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SCRIPT: Final = re.compile(r'\b(?:sh|bash|ash) -c "([^"]{1,2000})"')
_SET: Final = re.compile(r"(?:\bread (?:-\S+ )?|\bfor |(?<![\w$-]))([A-Za-z_]\w{0,60})(?:=|(?=\s*[;&])|(?= in ))")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a script in double quotes that sets a variable and reads it: the reading is done outside."""
    if case.transcript is None or case.kind not in ABOUT_CONTAINERS:
        return None
    for line in reversed(lines(case)):
        name = _lost(line) if subcommand(line) in {"run", "create", "exec"} and _about(case, line) else None
        if name is None:
            continue
        return Diagnosis(
            cause="expanded_by_own_shell",
            summary=f"The variable ${name} in {named(line)} was replaced before the container started.",
            explanation=(
                f"Between double quotes, the shell that you type into puts the value in: there {name} is not set, so "
                "nothing is left in its place. Only what single quotes hold comes to the container's shell as it is. "
                "The shells of Windows have other rules, so there the same line may do what was meant."
            ),
            fix=f"Put the script between single quotes in line {line.number}, and double quotes inside where needed.",
            line=line.number,
            flag=not_replayed(
                f"line {line.number} has ${name} between double quotes, which only a shell of Windows leaves as it is"
            ),
            certainty=89,
        )
    return None


def _lost(line: Line) -> str | None:
    """Give a variable that a script between double quotes sets and reads, with a $ that nothing guards."""
    found = _SCRIPT.search(line.text)
    if found is None:
        return None
    names = [one[1] for one in _SET.finditer(found[1])]
    return next((one for one in names if re.search(rf"(?<!\\)\$(?:{one}\b|\{{{one}\b)", found[1])), None)


def _about(case: Case, line: Line) -> bool:
    """Whether the command made, or looked into, what the check is about."""
    containers = [one_line(one.name) for one in meant(case)]
    return any(mentions(line.text, one) for one in containers) or any(
        call.container in containers for call in line.calls if call.container
    )
