"""ENTRYPOINT doesn't run what CMD says: it is written without brackets, or its script leaves its arguments alone.

https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import at, exited, source
from grader.diagnosis._scripts import interpreter
from grader.diagnosis._services import shell_text
from grader.diagnosis._words import array, base

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case, ContainerState

_FOR_SHELLS: Final = "$><*&;|'\"`("
_ARGUMENTS: Final = re.compile(rb"\$(?:[@*1-9]|\{[@*1-9])")


def diagnose(case: Case) -> Diagnosis | None:
    """Look at how the ENTRYPOINT of an ended container treats the CMD, which the container was given."""
    state, dockerfile = exited(case), source(case)
    given = _given_ignored(case)
    if given is not None:
        return given
    if state is None or state.exit_code != 0 or dockerfile is None or case.kind == "logs":
        return None
    entry, command = dockerfile.effective("ENTRYPOINT"), dockerfile.effective("CMD")
    # An ENTRYPOINT resets the CMD of the base image, and one below it that of the stages before.
    if entry is None or command is None or not command.arguments or not _given(state, command):
        return None
    return _by_shell(state, entry, command) or _by_script(case, state, entry, command)


def _given_ignored(case: Case) -> Diagnosis | None:
    """Look for a command of the exercise that a shell was handed, and has no use for, whatever ran in its place."""
    state, dockerfile, given = exited(case), source(case), case.given_command
    entry = dockerfile.effective("ENTRYPOINT") if dockerfile is not None else None
    if state is None or entry is None or entry.exec_form or not given or state.argv[-len(given) :] != given:
        return None
    line = shell_text(state.argv[: -len(given)])
    if line is None or re.search(r"\$[@*0-9]", line):
        return None
    return Diagnosis(
        cause="command_ignored",
        summary=(
            f"The command `{one_line(' '.join(given), 80)}`, with which the exercise starts the container here, "
            f"has no effect: {at(entry)} is written without brackets."
        ),
        explanation=(
            "An ENTRYPOINT without brackets is run by a shell, which is given the command of `docker run` and doesn't "
            f"use it. So the container ran only `{one_line(line, 80)}`, and ended with it."
        ),
        fix=f"Use CMD, which another command takes the place of. Change line {entry.line} to: {_cmd(line)}",
        line=entry.line,
        certainty=94,
    )


def _cmd(line: str) -> str:
    simple = not any(char in line for char in _FOR_SHELLS)
    return f"CMD {one_line(array(line.split()) if simple else line, 300)}"


def _given(state: ContainerState, command: Instruction) -> bool:
    words = command.arguments if command.exec_form else ("/bin/sh", "-c", *command.arguments)
    return state.argv[-len(words) :] == words


def _by_shell(state: ContainerState, entry: Instruction, command: Instruction) -> Diagnosis | None:
    line = shell_text(state.argv)
    if entry.exec_form or line is None or re.search(r"\$[@*0-9]", line):
        return None
    words = array(line.split()) if not any(char in line for char in _FOR_SHELLS) else '["program", "argument"]'
    return Diagnosis(
        cause="command_ignored",
        summary=f"{at(command)} has no effect: {at(entry)} is written without brackets.",
        explanation=(
            "An ENTRYPOINT without brackets is run by a shell, which is given CMD and doesn't use it. "
            f"So the container ran only `{one_line(line, 80)}`, and ended with it."
        ),
        fix=f"Change line {entry.line} to: ENTRYPOINT {one_line(words, 300)}",
        line=entry.line,
        certainty=94,
    )


def _by_script(case: Case, state: ContainerState, entry: Instruction, command: Instruction) -> Diagnosis | None:
    names = {base(word) for word in entry.arguments}
    script = next((path for path in sorted(case.scripts) if base(path) in names), None)
    text = case.scripts[script] if script is not None else b""
    # Of a long script only the beginning is known.
    if script is None or not entry.exec_form or len(text) != case.files.get(script) or _ARGUMENTS.search(text):
        return None
    if base(interpreter(text)) not in {"sh", "bash", "ash", "dash"} or shell_text(state.argv) is not None:
        return None
    return Diagnosis(
        cause="command_ignored",
        summary=f"{at(command)} is never run: {script}, which the container starts with, doesn't run it.",
        explanation=(
            f"With an ENTRYPOINT, CMD is not run but given to it as arguments. {script} came to its end without using "
            "them, and the container ended with it."
        ),
        fix=f'Write as the last line of {script}: exec "$@"',
        line=entry.line,
        certainty=94,
    )
