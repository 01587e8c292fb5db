"""Why a RUN failed: texts that well-known tools leave behind, each with what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.dockerfile import KNOWN
from grader.core.text import one_line
from grader.diagnosis._evidence import source
from grader.diagnosis._installs import no_network, no_package, no_package_lists, no_question
from grader.diagnosis._late_files import no_file
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended
    from grader.diagnosis._installs import Reading

_NO_COMMAND: Final = re.compile(
    r'sh: (?:\d+: |line \d+: )?([^\s:/]+): (?:command )?not found|exec: "([^"/\n]+)": executable file not found'
)
_COMMANDS: Final = (
    "apk apt-get bash cat chmod chown cp curl echo git groupadd mkdir mv node npm pip python python3 rm "
    "sh touch useradd wget"
)
_KILLED: Final = 137


def reading(case: Case, ended: Ended) -> Reading:
    """Give the first explanation that fits."""
    for attempt in (
        _swallowed,
        no_question,
        no_package_lists,
        no_network,
        _no_command,
        _no_rights,
        no_file,
        _killed,
        no_package,
    ):
        found = attempt(case, ended)
        if found is not None:
            return found
    return None


def _no_command(case: Case, ended: Ended) -> Reading:
    found = _NO_COMMAND.search(ended.output)
    if found is None or ended.exit_code not in {1, 127}:
        return None
    name = one_line(found[1] or found[2], 60)
    if name == "sudo":
        return "There is no sudo in the image, and no need for it: a build runs as root.", "Leave the word sudo out."
    if name == "source":
        return "`source` is a word of bash, and RUN uses sh.", "Write a dot instead of the word source."
    similar = nearest(name, _COMMANDS.split())
    if similar is not None and similar != name:
        return f"There is no command called {name}.", f"Did you mean {similar}?"
    dockerfile = source(case)
    image = f" ({dockerfile.final.base})" if dockerfile else ""
    return f"The image{image} has no command called {name}.", "Use a command that the image has, or another base image."


def _no_rights(case: Case, ended: Ended) -> Reading:
    dockerfile = source(case)
    if dockerfile is None or ended.instruction is None or "ermission denied" not in ended.output:
        return None
    before = [one for one in dockerfile.final.instructions if one.name == "USER" and one.line < ended.instruction.line]
    if not before or before[-1].arguments[:1] in {("root",), ("0",)}:
        return None
    who = one_line(before[-1].arguments[0], 40)
    return (
        f"Since USER in line {before[-1].line}, steps run as {who}, who may not write there.",
        f"Move line {before[-1].line} down, below this RUN.",
    )


def _swallowed(case: Case, ended: Ended) -> Reading:
    dockerfile, instruction = source(case), ended.instruction
    if dockerfile is None or instruction is None:
        return None
    lines = dockerfile.text.splitlines()
    for number in range(instruction.line + 1, instruction.end_line + 1):
        word = next(iter(lines[number - 1].split()), "") if number <= len(lines) else ""
        if word in KNOWN:
            return (
                f"The line before {word} ends with a \\, so line {number} was taken as a part of the RUN above.",
                f"Delete the \\ at the end of the last line that belongs to the RUN, above line {number}.",
            )
    return None


def _killed(_case: Case, ended: Ended) -> Reading:
    if ended.exit_code != _KILLED:
        return None
    return (
        "The step was killed (exit code 137): most likely it used more memory than it may.",
        "Let it do less at a time.",
    )
