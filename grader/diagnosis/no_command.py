"""The container ended at once, because it starts nothing but a shell or a prompt that nobody types into.

An image without CMD or ENTRYPOINT starts what its base image starts: https://docs.docker.com/reference/dockerfile/#cmd
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._evidence import exited, source, starter
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_PROMPTS: Final = "ash bash dash fish ghci iex irb jshell node php python python3 sh zsh"
_WRAPPERS: Final = frozenset({"docker-entrypoint.sh", "docker-php-entrypoint", "tini", "--"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look at what an ended container was made to run."""
    state = exited(case)
    dockerfile = source(case)
    if state is None or state.exit_code != 0 or dockerfile is None or state.oom_killed:
        return None
    words = [word for word in state.argv if base(word) not in _WRAPPERS]
    if len(words) == 3 and words[1] == "-c":  # noqa: PLR2004 - sh -c bash, the shell form
        words = words[2].split()
    if len(words) > 1 or (words and base(words[0]) not in _PROMPTS.split()):
        return None
    instruction = starter(case)
    program = base(words[0]) if words else "nothing"
    if dockerfile.effective("CMD") is None and dockerfile.effective("ENTRYPOINT") is None:
        summary = "The Dockerfile has no CMD, so the container had nothing to run and ended at once."
        fix = 'Add a CMD as the last line, with the command that the container is for: CMD ["program", "argument"]'
    elif instruction is not None and not words:
        summary = f"{instruction.name} in line {instruction.line} is empty, so the container had nothing to run."
        fix = f"Write the command that the container is for in line {instruction.line}."
    elif instruction is not None:
        summary = f"The container starts only {program} and ended at once, because nobody types into it."
        fix = f"Let line {instruction.line} start your program instead of {program}."
    else:
        return None
    return Diagnosis(
        cause="no_command",
        summary=summary,
        explanation=(
            f"It ran what {'the base image starts' if instruction is None else 'CMD says'}: {program}. "
            "That waits for somebody to type; without a terminal (`docker run -it`) it finds the end of its "
            "input and stops."
        ),
        fix=fix,
        line=instruction.line if instruction else None,
        certainty=95,
    )
