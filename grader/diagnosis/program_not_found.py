"""The command of `docker run` or `docker exec` names a program that the container doesn't have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, intended, named, said, subcommand

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(
    r'exec: "((?:[^"\\\n]|\\.){1,200})": (?:executable file not found|stat [^\n]{1,200}: no such file)'
)
_SHELLS: Final = frozenset({"bash", "/bin/bash", "zsh", "/bin/zsh"})
_OF_SHELLS: Final = frozenset({"alias", "cd", "exit", "export", "read", "set", "source", "ulimit", "umask", "unset"})
_FOR_SHELLS: Final = re.compile(r"[><|;&$*`]")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words in a command that was about the container."""
    if case.kind not in ABOUT_CONTAINERS:
        return None
    for line, found in said(case, _SAID):
        if not intended(line, case) or subcommand(line) not in {"run", "create", "start", "exec"}:
            continue
        program = one_line(found[1], 60)
        why, fix = _advice(found[1].replace('\\"', '"'), line)
        return Diagnosis(
            cause="program_not_found",
            summary=f"The command {named(line)} could not run {program}: the container has no such program.",
            explanation=why,
            fix=fix,
            line=line.number,
            certainty=92,
        )
    return None


def _advice(program: str, line: Line) -> tuple[str, str]:
    """Say why there is no such program, and what to write instead."""
    first = program.split(maxsplit=1)[0] if program.split() else program
    if program in _SHELLS:
        return "A container has only what is in its image.", "Use the shell that every small image has: sh"
    if " " in program and (_FOR_SHELLS.search(program) or first in _OF_SHELLS):
        return (
            "The whole text in quotes was taken for the name of one program. Only a shell knows what is meant by it.",
            f"Let a shell in the container read it: sh -c {_quote(program)}",
        )
    if first in _OF_SHELLS:
        text = " ".join(line.text.split())
        whole = one_line(text[text.rfind(f" {first}") + 1 :], 60).replace('"', "").replace("'", "")
        return (
            f"{first} is no program: it belongs to the shell.",
            f"Let a shell in the container do it: sh -c {_quote(whole)}",
        )
    if " " in program:
        fix = "the program is one word, and its arguments are others."
        return (
            "The whole text in quotes was taken for the name of one program.",
            f"Leave out the quotes around {one_line(program, 60)}: {fix}",
        )
    return (
        "A container has only what is in its image. Small images have few programs.",
        "Correct the name of the program. What follows the image is the command.",
    )


def _quote(text: str) -> str:
    text = one_line(text, 120)
    return f"'{text}'" if '"' in text else f'"{text}"'
