"""What is read from a file of commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.core.transcript import Passage

MAX_TEXT: Final = 256 * 1024
"""Characters of a file that is read."""
MAX_LINES: Final = 10_000
MAX_COMMANDS: Final = 500
MAX_COMMAND: Final = 16 * 1024
"""Characters of one command."""
MAX_PASSAGES: Final = 500


@dataclass(frozen=True, slots=True)
class Reference:
    """A container of the student's own machine, named where docker takes a container."""

    text: str
    """The id, the generated name or the placeholder, without quotes."""
    start: int
    """Where it stands in the text of its command."""
    end: int
    command: int | None = None
    """The number of the command that made the container, as far as the file tells."""
    name: str | None = None
    """The container's name, where a pasted table tells it."""
    image: str | None = None
    """The container's image, where a pasted table tells it."""


@dataclass(frozen=True, slots=True)
class Command:
    """One statement to run."""

    number: int
    """Its first line in the file, from 1."""
    text: str
    """What bash should run; of several lines, with their line ends."""
    stdin: str | None = None
    """What was typed inside the container that it opened, line by line; None if nothing was."""
    note: str | None = None
    """What was changed so that it runs, in a sentence for the student."""
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """What a file asks to be run, and what else stands in it."""

    commands: tuple[Command, ...]
    left_out: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A container that a command of the submission made."""

    id: str
    name: str
    image: str
    command_number: int
    """The number of the command that made it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file, freed of its Markdown."""

    number: int
    text: str
