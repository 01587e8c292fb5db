"""Steps of a build, as BuildKit names them, and the instructions of the Dockerfile that they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Instruction, Stage

_NAME: Final = re.compile(r"\[(?:([^\]]*) )? *([0-9]{1,5})/([0-9]{1,5})\] (.*)", re.DOTALL)
# A stage without a name of its own.
_NUMBERED: Final = re.compile(r"stage-([0-9]{1,4})")
_STEPS: Final = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})
"""The instructions that BuildKit counts; all others only change the configuration."""


def instruction(name: str, dockerfile: Dockerfile) -> Instruction | None:
    """Find the instruction of a step: of `[build 2/4] RUN make`, the third from the end that is a step of `build`.

    It is counted from the end, since instructions that an image keeps for later (ONBUILD) stand before a stage's own.
    None for a step that is not in the Dockerfile.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    stage = _stage(found[1] or "", dockerfile)
    if stage is None:
        return None
    steps = [one for one in stage.instructions if one.name in _STEPS]
    place = len(steps) - 1 - (int(found[3]) - int(found[2]))
    if 0 <= place < len(steps):
        return steps[place]
    return stage.instructions[0] if found[4].startswith("FROM ") else None


def text(name: str) -> str:
    """Give what a step does: of `[build 2/4] RUN make`, `RUN make`."""
    found = _NAME.fullmatch(name)
    return found[4] if found is not None else name


def _stage(label: str, dockerfile: Dockerfile) -> Stage | None:
    # With a platform of its own, a stage is `[linux/arm64 build 2/4]`.
    word = next(reversed(label.split()), None)
    if word is None:
        return dockerfile.final if len(dockerfile.stages) == 1 else None
    named = dockerfile.stage(word)
    number = _NUMBERED.fullmatch(word)
    if named is None and number is not None and int(number[1]) < len(dockerfile.stages):
        return dockerfile.stages[int(number[1])]
    return named
