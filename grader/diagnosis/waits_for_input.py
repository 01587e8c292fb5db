"""A step of the build wants something typed in: a password, an answer, an `input()`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import failed_run
from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_PASSWORD: Final = re.compile(r"^passwd: (?:Authentication token manipulation error|password unchanged)", re.MULTILINE)
_INPUT: Final = re.compile(r"^EOFError: EOF when reading a line", re.MULTILINE)
# What stands at the very end of the output of a step that waits.
_PROMPT: Final = re.compile(
    r"(?:\[[Yy]/[Nn]\]|\[yes/no\]|\(y/N\)|Geographic area:|Time zone:|[Pp]assword(?: for \S{1,40})?:) ?\Z"
)
_PREFIX: Final = re.compile(r"\A\[[^\]\n]{1,80}\] ")
_NOBODY: Final = "Nobody can type anything during a build: what a step has to know must stand in the Dockerfile."


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what programs say when the input ends, or for a question that the build stopped at."""
    build = case.build
    if case.kind == "build" and build is not None and build.timed_out and build.failure is not None:
        return _waiting(case, build.failure.step or "", build.failure.output)
    ended = failed_run(case)
    if ended is None or ended.instruction is None:
        return None
    if _PASSWORD.search(ended.output):
        return _say(
            f"passwd in line {ended.line} asks for a password, and nobody answered.",
            "Do without a password: a container's programs run as a user without logging in. "
            f"If it has to be, line {ended.line} can be: RUN echo 'name:password' | chpasswd",
            ended.line,
            93,
        )
    if _INPUT.search(ended.output):
        return _say(
            f"The program that RUN in line {ended.line} starts waits for input, and there is none.",
            f"If the program is what the container is for, change RUN to CMD in line {ended.line}, and start it with "
            "`docker run -it`. Otherwise let it do without input().",
            ended.line,
            92,
        )
    return None


def _waiting(case: Case, step: str, output: str) -> Diagnosis | None:
    asked = _PROMPT.search(output[-400:])
    if asked is None:
        return None
    place = _place(case, _PREFIX.sub("", step))
    return _say(
        f"The build was stopped while a step waited, after it had written: {one_line(asked[0].strip(), 60)}",
        "Give the command the option that answers, such as -y. "
        "For questions of apt's packages, write before it: DEBIAN_FRONTEND=noninteractive",
        place.line if place is not None else None,
        80,
    )


def _place(case: Case, step: str) -> Instruction | None:
    dockerfile, words = source(case), step.split()
    found = dockerfile.instructions if dockerfile is not None and words else ()
    return next((one for one in found if one.text.split() == words), None)


def _say(summary: str, fix: str, line: int | None, certainty: int) -> Diagnosis:
    return Diagnosis(
        cause="waits_for_input", summary=summary, explanation=_NOBODY, fix=fix, line=line, certainty=certainty
    )
