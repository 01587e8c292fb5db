"""What a COPY asked for and the build could not find."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.diagnosis._copies import relative
from grader.diagnosis._evidence import failed_build, instruction_at

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

# BuildKit names a missing thing in the context by its path; where already its folder is missing, as a path of its own.
_NOT_FOUND: Final = re.compile(r'"(/[^"\n]*)": not found')
_NO_FOLDER: Final = re.compile(r"lstat \S*/buildkit-mount\d+/([^\n]+?): no such file or directory")


@dataclass(frozen=True, slots=True)
class Absent:
    """A source of COPY or ADD that isn't in the build context, or in the stage it is taken from."""

    path: str
    """As in the context: `app/server.py`."""
    written: str
    """As in the Dockerfile."""
    instruction: Instruction


def absent(case: Case) -> Absent | None:
    """Give the source that ended the build."""
    failure = failed_build(case)
    instruction = instruction_at(case, failure.line) if failure else None
    if failure is None or instruction is None or instruction.name not in {"COPY", "ADD"}:
        return None
    found = _NOT_FOUND.search(failure.message) or _NO_FOLDER.search(failure.message)
    if found is None:
        return None
    path = found[1].strip("/")
    sources = {one: relative(one) for one in instruction.arguments[:-1]}
    # Of a missing folder, the path may end before the file that was asked for.
    written = next((one for one, own in sources.items() if own == path or own.startswith(f"{path}/")), None)
    return None if written is None else Absent(sources[written], written, instruction)
