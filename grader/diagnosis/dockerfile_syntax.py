r"""The Dockerfile can't be read: an unknown instruction, a line that lost its `\`, instructions out of order.

https://docs.docker.com/reference/dockerfile/#format
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.dockerfile import KNOWN
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import instruction_at, source
from grader.diagnosis._marks import comment, typographic
from grader.diagnosis._words import EXAMPLES, nearest

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_UNKNOWN: Final = re.compile(r"\Aline (\d+): unknown instruction ([^:\n]{1,60}): (.*)", re.DOTALL)
_BEFORE_FROM: Final = re.compile(r"\Aline (\d+): ([A-Z]+) stands before the first FROM")
_BUILDKIT: Final = re.compile(r"failed to solve: (?:dockerfile parse error on line (\d+): )?(.*)", re.DOTALL)
# What BuildKit says, before any step runs, of an instruction that it knows and whose arguments it can't use.
_ARGUMENTS: Final = re.compile(
    r"(?i)requires? (?:at least |exactly )?(?:one|two|three|either|\d)|must have two arguments|invalid containerport"
    r"|unknown flag|unknown type .* in HEALTHCHECK|can't find = in|cannot be blank|can not be empty|invalid field"
)

# What has an explanation of its own.
_OTHERS: Final = re.compile(r"unterminated heredoc|can't find = in \"#")
_QUOTES: Final = "\"'`\u201c\u201d"
_UNREAD: Final = "the Dockerfile can't be read: "
_FIRST: Final = "An image is built on another one, so the first instruction has to say on which."
_LINES: Final = (
    "Each line begins with an instruction, such as FROM, COPY, RUN or CMD, "
    "or goes on with the line before, if that one ends with \\."
)


def diagnose(case: Case) -> Diagnosis | None:
    """Read what the parser says, the grader's or BuildKit's."""
    dockerfile = source(case)
    if dockerfile is None:
        return _unknown(case.message) or _whole(case.message)
    if case.kind != "build":
        return None
    failure = case.build.failure if case.build is not None else None
    found = _BUILDKIT.search(failure.message) if failure is not None and failure.step is None else None
    if failure is not None and found is not None and _ARGUMENTS.search(found[2]):
        return _arguments(instruction_at(case, int(found[1]) if found[1] else failure.line), one_line(found[2]))
    # The policy looks at the images before BuildKit looks at the words, and sees the first word only.
    broken = next((one for one in dockerfile.stages if len(one.instructions[0].arguments) not in {1, 3}), None)
    return _arguments(broken.instructions[0], "FROM takes one name, without a space in it") if broken else None


def _arguments(instruction: Instruction | None, problem: str) -> Diagnosis | None:
    if instruction is not None and (comment(instruction) or (typographic(instruction.text) and typographic(problem))):
        return None  # that is a cause of its own, and says more
    if instruction is None:
        return _say(f"The Dockerfile can't be read: {problem}", _LINES, "Correct the line that this is about.", None)
    name, line = instruction.name, instruction.line
    example = f" One that is right: {EXAMPLES[name]}" if name in EXAMPLES else ""
    return _say(
        f"{name} in line {line} can't be read: {problem}",
        f"{name} is an instruction, and what follows it in line {line} doesn't fit.",
        f"Correct line {line}: `{one_line(instruction.text)}`.{example}",
        line,
    )


def _unknown(message: str) -> Diagnosis | None:
    found = _UNKNOWN.match(message)
    if found is None:
        return None
    line, text = int(found[1]), one_line(found[3])
    written = next(iter(text.split()), found[2])
    word = written.strip(_QUOTES)
    # A word in capitals was meant as an instruction; in small letters it may be a command of the shell.
    similar = nearest(word.upper(), KNOWN, 0.6 if word.isupper() else 0.75)
    if written.startswith("```"):
        fix = f"Delete line {line}: the ``` marks belong to a web page or a chat, not to the Dockerfile."
    elif similar is not None:
        rest = text[len(written) :] if word == written else text[len(written) :].rstrip(_QUOTES)
        fix = f"Did you mean {similar}? Then change line {line} to: {similar}{rest}"
    elif not word[:1].isalpha():
        fix = f"Put a space and a \\ at the end of line {line - 1}, so that the command goes on in line {line}."
    else:
        fix = (
            f"If line {line} goes on with the command above it, end that line with a space and a \\. "
            f"If it is a command of its own, write RUN before it: RUN {text}"
        )
    return _say(
        f"Line {line} of the Dockerfile begins with {one_line(written, 40)}, which is no instruction.",
        _LINES,
        fix,
        line,
    )


def _whole(message: str) -> Diagnosis | None:
    order, unread = _BEFORE_FROM.match(message), message.removeprefix(_UNREAD)
    if order is not None:
        fix = f"Move the FROM line up, above line {order[1]}."
        return _say(f"{order[2]} in line {order[1]} stands before FROM.", _FIRST, fix, int(order[1]))
    if unread != message:
        if _OTHERS.search(unread) or typographic(unread):
            return None
        name = next((one for one in EXAMPLES if one in unread), None)
        example = f" One that is right: {EXAMPLES[name]}" if name else ""
        fix = f"Look at your {name or 'last changed'} line.{example}"
        return _say(f"The Dockerfile can't be read: {one_line(unread)}", _LINES, fix, None)
    if message.startswith("the Dockerfile is empty"):
        fix = "Write instructions into it, beginning with FROM: comments alone build nothing."
        return _say("The Dockerfile is empty.", _FIRST, fix, None)
    if message.startswith("the Dockerfile has no FROM"):
        return _say("The Dockerfile has no FROM.", _FIRST, "Write FROM and the name of an image as the first line.", 1)
    return None


def _say(summary: str, explanation: str, fix: str, line: int | None) -> Diagnosis:
    return Diagnosis(
        cause="dockerfile_syntax", summary=summary, explanation=explanation, fix=fix, line=line, certainty=100
    )
