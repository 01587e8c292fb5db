"""A program was to be run in a container that doesn't run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._commands import intended, named, said, subcommand
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(r"[Cc]ontainer ([\w.-]{1,128}) is not running")
_SHELLS: Final = frozenset({"sh", "/bin/sh", "bash", "/bin/bash"})
_KINDS: Final = frozenset({"calls", "command", "file", "process", "transcript"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words about the container that the check looks at."""
    name = case.where.container if case.where is not None else None
    if case.kind not in _KINDS:
        return None
    for line, found in said(case, _SAID):
        one = next((one for one in case.containers if one.name == found[1] or one.id.startswith(found[1])), None)
        about = one is not None and (one.name == name or (name is None and intended(line, case)))
        if one is None or not about or subcommand(line) != "exec" or not _matters(line, case):
            continue
        if one.status == "created":
            fix = f"Start the container before: docker start {one.name}"
        elif one.exit_code:
            fix = f"It has ended with exit code {one.exit_code}. docker logs {one.name} may say why."
        else:
            fix = f"Run it earlier, while '{one.name}' still runs."
        return Diagnosis(
            cause="container_not_running",
            summary=f"The command {named(line)} did nothing: container '{one.name}' was not running.",
            explanation="docker exec runs one more program in a container. Only one that runs can do anything.",
            fix=fix,
            line=line.number,
            certainty=94,
        )
    return None


def _matters(line: Line, case: Case) -> bool:
    """Whether it would have made the file that is looked for, as far as the command says."""
    return case.kind != "file" or base(case.message.partition(" ")[0]) in line.text or line.text.split()[-1] in _SHELLS
