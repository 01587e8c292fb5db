"""Why a RUN failed: texts that well-known tools leave behind, each with what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from grader.core.text import one_line
from grader.diagnosis._build import not_found
from grader.diagnosis._evidence import source
from grader.diagnosis._late_files import no_file
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended

Reading: TypeAlias = "tuple[str, str] | None"
"""Why it failed, and what to do."""

_NO_PACKAGE: Final = re.compile(r"No matching distribution found for (\S+)|E: Unable to locate package (\S+)")
_COMMANDS: Final = (
    "apk apt-get bash cat chmod chown cp curl echo git groupadd mkdir mv node npm pip python python3 rm "
    "sh touch useradd wget"
)
_KILLED: Final = 137


def reading(case: Case, ended: Ended) -> Reading:
    """Give the first explanation that fits."""
    for attempt in (_no_command, no_file, _killed, _no_package):
        found = attempt(case, ended)
        if found is not None:
            return found
    return None


def _no_command(case: Case, ended: Ended) -> Reading:
    written = not_found(ended)
    if written is None:
        return None
    name = one_line(written, 60)
    similar = nearest(name, _COMMANDS.split())
    if similar is not None and similar != name:
        return f"There is no command called {name}.", f"Did you mean {similar}?"
    dockerfile = source(case)
    image = f" ({dockerfile.final.base})" if dockerfile else ""
    return f"The image{image} has no command called {name}.", "Use a command that the image has, or another base image."


def _killed(_case: Case, ended: Ended) -> Reading:
    if ended.exit_code != _KILLED:
        return None
    return (
        "The step was killed (exit code 137): most likely it used more memory than it may.",
        "Let it do less at a time.",
    )


def _no_package(_case: Case, ended: Ended) -> Reading:
    found = _NO_PACKAGE.search(ended.output)
    if found is None:
        return None
    return f"There is no package called {one_line(found[1] or found[2], 60)}.", "Correct its name."
