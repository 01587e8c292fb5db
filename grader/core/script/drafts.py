"""What becomes of a line: a draft of a command, or something left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.core.script.model import Row


@dataclass(slots=True)
class Draft:
    """A command in the making."""

    number: int
    text: str
    lines: int = 1
    notes: tuple[str, ...] = ()
    stdin: list[str] = field(default_factory=list)
    typed: set[int] = field(default_factory=set)
    """The numbers of the lines that were typed inside."""
    sign: str = ""
    """The prompt that it was typed at."""
    interactive: bool = False
    shell: bool = False
    inline: bool = False
    """Whether it stands in a sentence."""


@dataclass(frozen=True, slots=True)
class Left:
    """A line that is left out."""

    row: Row
    reason: str
    doubtful: bool = False
