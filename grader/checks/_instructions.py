"""Instructions of a Dockerfile, as the `dockerfile` check names, finds and reads them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from pydantic import AfterValidator

from grader.checks._problems import user_name
from grader.core import references
from grader.core.dockerfile import KNOWN
from grader.core.errors import Missing
from grader.core.variables import expand, unquote

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile, Instruction

_PAIRS: Final = frozenset({"ENV", "LABEL"})

Region: TypeAlias = "tuple[Instruction, ...]"
"""Instructions whose order means something: those of one stage."""


def _name(value: str) -> str:
    name = value.strip().upper()
    if name not in KNOWN:
        near = difflib.get_close_matches(name, KNOWN, 1)
        raise ValueError(f"unknown instruction '{value}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    return name


def _landmark(value: str) -> str:
    first, _, rest = value.strip().partition(" ")
    return f"{_name(first)} {rest.strip()}".strip()


Name: TypeAlias = Annotated[str, AfterValidator(_name)]
"""The name of an instruction, in any case."""
Landmark: TypeAlias = Annotated[str, AfterValidator(_landmark)]
"""The name of an instruction, and maybe words that it contains."""


def words(instruction: Instruction) -> str:
    """Write what follows the name and the flags, with the bodies of here-documents on lines of their own."""
    arguments = list(instruction.arguments)
    if instruction.name in _PAIRS:
        pairs = zip(arguments[::2], arguments[1::2], strict=False)
        arguments = [f"{unquote(key)}={unquote(value)}" for key, value in pairs]
    return "\n".join([" ".join(arguments), *instruction.heredocs])


def stands(landmark: str, region: Region) -> bool:
    """Whether an instruction is in the region."""
    name, _, rest = landmark.partition(" ")
    return any(one.name == name and rest in words(one) for one in region)


def regions(source: Dockerfile, stage: int | str) -> list[Region]:
    """Give the instructions of a stage by number or name, of the `final` image, or of `any` stage and above."""
    match stage:
        case "any":
            above = tuple(one for one in source.instructions if one.line < source.stages[0].line)
            return [above, *(one.instructions for one in source.stages)]
        case "final":
            return [one.instructions for one in source.lineage()]
        case int():
            found = source.stages[stage] if stage < len(source.stages) else None
        case _:
            found = source.stage(stage)
    if found is None:
        stages = ", ".join(one.name or str(one.index) for one in source.stages)
        raise Missing(
            f"the Dockerfile has no stage {stage}", expected=f"a stage {stage}", actual=f"the stages {stages}"
        )
    return [found.instructions]


def real_base(source: Dockerfile) -> tuple[str, int]:
    """Give the image that the final stage is built on in the end, and the line that says so."""
    stage = source.lineage()[-1]
    written = next(iter(stage.instructions[0].arguments), "")
    return references.normalize(stage.base) if stage.base else written, stage.line


def all_bases(source: Dockerfile) -> list[str]:
    """Name every image that the build reads, each once; what can't be worked out as it is written."""
    found = (references.normalize(one.value) if one.value else one.written for one in references.images(source))
    return [name for name in dict.fromkeys(found) if name != references.SCRATCH]


def final_user(source: Dockerfile) -> tuple[str, int | None]:
    """Give the user that the image runs as, as far as the Dockerfile says, and the line that says so."""
    last = source.effective("USER")
    if last is None:
        return "root", None
    seen = next(dict(variables) for _, one, variables in references.walk(source) if one is last)
    written = " ".join(last.arguments)
    value = expand(written, seen)
    return user_name(written if value is None else value), last.line
