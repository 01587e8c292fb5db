"""A shell is the container's first process, and it doesn't hand the stop signal on to the program.

https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import container, starter
from grader.diagnosis._scripts import interpreter
from grader.diagnosis._services import shell_text
from grader.diagnosis._words import array, base, last_line

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_SHELLS: Final = frozenset({"sh", "ash", "bash", "dash"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look at the first process, if the check is about it or about stopping."""
    state = container(case)
    if state is None or not _about_it(case):
        return None
    # Some shells give their place to a single command by themselves.
    if case.processes and base(case.processes[0].argv.partition(" ")[0]) not in _SHELLS:
        return None
    line = shell_text(state.argv)
    # A container that had ended by itself has other trouble than a signal; after a stop, killed is 137.
    if state.exit_code not in {None, 137} or state.oom_killed:
        return None
    instruction = starter(case)
    if line is None and instruction is not None:
        return _script(case, state.argv, instruction)
    if line is None or line.lstrip().startswith("exec ") or "trap " in line or instruction is None:
        return None
    return Diagnosis(
        cause="shell_is_pid1",
        summary=f"The container's first process is a shell ({base(state.argv[0])}), and your program runs below it.",
        explanation=(f"{instruction.name} in line {instruction.line} starts it through a shell. {_unheard(case)}"),
        fix=_without_shell(line, instruction),
        line=instruction.line,
        certainty=88,
    )


def _about_it(case: Case) -> bool:
    """Whether the failure may be one of a signal that came to the shell instead of the program."""
    if case.kind == "signal":
        return "still runs" in case.message or case.message.startswith("what the container wrote after")
    return case.kind == "stop" or (case.kind == "process" and "PID 1" in case.message)


def _unheard(case: Case) -> str:
    if case.kind == "signal":
        return "`docker kill` sends a signal to the first process only, and the shell doesn't pass it on."
    return (
        "`docker stop` sends its signal to the first process only; the shell doesn't pass it on, and after a while "
        "everything is killed."
    )


def _without_shell(line: str, instruction: Instruction) -> str:
    change = f"Change line {instruction.line} to"
    if not any(char in line for char in "$><*&;|'\"`("):
        return f"{change}: {instruction.name} {array(line.split())}"
    before, joint, last = line.rpartition("&& ")
    if joint and not any(char in line for char in ";|"):
        return f"{change}: {instruction.name} {one_line(f'{before}{joint}exec {last}', 300)}"
    return f"Let the server be the last command in line {instruction.line}, and write exec before it."


def _script(case: Case, argv: tuple[str, ...], instruction: Instruction) -> Diagnosis | None:
    """Look for a script that starts the program below itself."""
    script = next((path for path in sorted(case.scripts) if base(path) in {base(word) for word in argv[:2]}), None)
    text = case.scripts[script] if script is not None else b""
    # Of a long script only the beginning is known.
    if script is None or len(text) != case.files.get(script) or b"exec " in text or b"trap " in text:
        return None
    if base(interpreter(text)) not in {"sh", "bash", "ash", "dash"}:
        return None
    last = last_line(text.decode("utf-8", "replace"))
    return Diagnosis(
        cause="shell_is_pid1",
        summary=f"The container's first process is the shell that runs {script}, and your program runs below it.",
        explanation=_unheard(case),
        fix=f"Write exec before the last command of {script}, so that it takes the shell's place: exec {last}",
        line=instruction.line,
        certainty=88,
    )
