"""What several causes read from a case: the command that ended badly, and the instruction it comes from."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.dockerfile import Dockerfile, Instruction

if TYPE_CHECKING:
    from grader.core.facts import BuildFailure, Case, ContainerState

MAX_TEXT: Final = 20_000
"""Characters of output that are searched, from its end: what went wrong is said last."""

_LOOKS_AT_NO_CONTAINER: Final = frozenset(
    {
        *("build", "cache", "command", "context", "dockerfile", "file", "history", "image", "lint", "packages"),
        *("size", "users"),
    }
)
# How the http check begins a complaint about an answer.
_ANSWERED: Final = re.compile(r" on port \d+: the (?:status|header|body|answer) ")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command of the student's that ended badly: a RUN of the build, or what the container starts with."""

    argv: tuple[str, ...]
    exit_code: int
    output: str
    """What it printed, and what the engine said if it could not be started."""
    building: bool
    instruction: Instruction | None
    """RUN, CMD or ENTRYPOINT."""

    @property
    def where(self) -> str:
        """Name the place for a sentence: `CMD in line 5`."""
        return at(self.instruction) if self.instruction else "the command that the container starts with"

    @property
    def place(self) -> str:
        """Name the line for a sentence: `line 5`."""
        return f"line {self.instruction.line}" if self.instruction else "the command"

    @property
    def line(self) -> int | None:
        return self.instruction.line if self.instruction else None


def at(instruction: Instruction) -> str:
    """Name an instruction for a sentence: `CMD in line 5`."""
    return f"{instruction.name} in line {instruction.line}"


def source(case: Case) -> Dockerfile | None:
    """Give the parsed Dockerfile, if there is one."""
    return case.dockerfile if isinstance(case.dockerfile, Dockerfile) else None


def failed_build(case: Case) -> BuildFailure | None:
    """Give the failure of the build, if that is what the failed check is about."""
    return case.build.failure if case.kind == "build" and case.build is not None else None


def container(case: Case) -> ContainerState | None:
    """Give the container that the failed check looked at, if it is one of the student's Dockerfile."""
    return None if case.kind in _LOOKS_AT_NO_CONTAINER or case.transcript is not None else case.container


def server(case: Case) -> ContainerState | None:
    """Give the container that a request should have reached, also if it is one that commands made."""
    if case.transcript is None:
        return container(case)
    return case.container if case.kind in {"http", "listens", "port", "pytest", "tcp"} else None


def unheard(case: Case) -> bool:
    """Say whether nothing listens: not where an answer came, as some engines don't show who listens."""
    return not case.listeners and _ANSWERED.search(case.message) is None


def exited(case: Case) -> ContainerState | None:
    """Give the container if it has ended, or could not be started."""
    state = container(case)
    return (
        state if state is not None and state.exit_code is not None and state.status in {"exited", "created"} else None
    )


def ended_badly(case: Case) -> Ended | None:
    """Give the command behind the failure, if one ended with an exit code other than 0."""
    failure = failed_build(case)
    if failure is not None:
        instruction = instruction_at(case, failure.line)
        if failure.exit_code is None or instruction is None or instruction.name != "RUN":
            return None
        argv = instruction.arguments if instruction.exec_form else ("/bin/sh", "-c", *instruction.arguments)
        return Ended(argv, failure.exit_code, failure.output[-MAX_TEXT:], building=True, instruction=instruction)
    state = exited(case)
    if state is None or not state.exit_code:
        return None
    output = f"{case.logs[-MAX_TEXT:]}\n{state.error}"
    return Ended(state.argv, state.exit_code, output, building=False, instruction=starter(case))


def of_exercise(case: Case, ended: Ended) -> bool:
    """Say whether the exercise names the program, with a command of its own: one that is no file of the student's."""
    if ended.building or not case.given_command or ended.argv[:1] != case.given_command[:1]:
        return False
    return all(posixpath.basename(one) != posixpath.basename(ended.argv[0]) for one in case.files)


def instruction_at(case: Case, line: int | None) -> Instruction | None:
    """Find the instruction that covers a line of the Dockerfile."""
    dockerfile = source(case)
    if dockerfile is None or line is None:
        return None
    return next((one for one in dockerfile.instructions if one.line <= line <= one.end_line), None)


def starters(case: Case) -> tuple[Instruction, ...]:
    """Give the CMD and the ENTRYPOINT that the container's command line comes from: an exercise may replace either."""
    dockerfile, state = source(case), container(case)
    if dockerfile is None:
        return ()
    found = [one for name in ("CMD", "ENTRYPOINT") if (one := dockerfile.effective(name)) is not None]
    return tuple(one for one in found if state is None or not state.argv or set(one.arguments) <= set(state.argv))


def starter(case: Case, word: str = "") -> Instruction | None:
    """Give the one of them that holds `word`, or else the CMD."""
    found = starters(case)
    return next((one for one in found if word in one.text), found[0] if found else None)
