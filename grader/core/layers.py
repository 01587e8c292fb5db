"""The layers of an image: what each one puts, replaces and removes, and which instruction made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from grader.core import secrets
from grader.core.clock import remaining
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.dockerfile import Dockerfile, Instruction

_SHOWN = 50
"""Characters of an instruction in a sentence."""
_OFTEN = 1_000
"""Paths between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is to be looked for in the files of layers while they are read."""

    values: frozenset[str] = frozenset()
    """Texts of the author's."""
    secrets: bool = False
    """Whether files are compared with what secrets look like."""
    base: bool = False
    """Whether the layers of the base image are read, too."""

    def __or__(self, other: Search) -> Search:
        """Give the search that finds what either does."""
        return Search(self.values | other.values, self.secrets or other.secrets, self.base or other.base)


class Found(NamedTuple):
    """Something in a file of a layer."""

    path: str
    what: str
    """For a person: `a private key`; empty for a value of the author's."""
    value: str | None = None
    """The value of the author's that it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction of an image's history."""

    text: str
    """As the engine wrote it down, with the values of build arguments."""
    line: int | None = None
    """The line of the student's Dockerfile, where that can be told."""
    base: bool = False
    """Whether it belongs to the base image."""

    @property
    def name(self) -> str:
        """The instruction: `RUN`."""
        return self._plain.partition(" ")[0]

    @property
    def _plain(self) -> str:
        text = self.text.removesuffix("# buildkit").strip()
        head, marker, rest = text.partition("#(nop)")
        if marker and head.strip() in {"/bin/sh -c", ""}:
            return rest.strip()  # as builders before BuildKit wrote
        return f"RUN {text}" if text.startswith("/bin/sh -c ") else text

    @property
    def arguments(self) -> str:
        """The build arguments that a RUN got, as `A=1 B=2`; empty for others."""
        words = self._plain.split(" ")
        if len(words) < 2 or words[0] != "RUN" or not words[1].startswith("|"):  # noqa: PLR2004 - the sign's place
            return ""
        count = int(words[1][1:]) if words[1][1:].isdecimal() and len(words[1]) < 5 else 0  # noqa: PLR2004
        # A value may have spaces in it: the shell that follows is what can be told.
        given, shell, _ = " ".join(words[2:]).partition(" /bin/sh -c ")
        return given if shell else " ".join(words[2 : 2 + count])

    @property
    def label(self) -> str:
        """The instruction for a sentence, without its build arguments, which may be secret, and without secrets."""
        name, _, rest = self._plain.partition(" ")
        if self.arguments:
            rest = rest.partition(self.arguments)[2].strip()
        rest = rest.removeprefix("/bin/sh -c ")
        where = f" (line {self.line})" if self.line is not None else ""
        return one_line(secrets.masked(f"{name} {rest}".strip()), _SHOWN) + where


@dataclass(slots=True)
class Contents:
    """What one layer changes."""

    files: dict[str, int] = field(default_factory=dict)
    """Everything that it puts but folders, with the bytes of files."""
    folders: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    """What it removes."""
    emptied: set[str] = field(default_factory=set)
    """Folders of which it hides all that was there before."""
    found: list[Found] = field(default_factory=list)

    def hides(self, path: str) -> bool:
        """Whether a file of an earlier layer can't be reached any more with this one on top."""
        if path in self.files or path in self.folders or path in self.gone:
            return True
        if not (self.files or self.gone or self.emptied):
            return False
        return any(one in self.gone or one in self.emptied or one in self.files for one in _above(path))


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer."""

    number: int
    """From 1, the lowest."""
    step: Step
    base: bool
    """Whether it is one of the base image's."""
    contents: Contents


class Hidden(NamedTuple):
    """A file that a later layer replaces or removes."""

    path: str
    size: int
    layer: Layer
    by: Layer

    @property
    def how(self) -> str:
        """What the later layer does to it."""
        return "replaces" if self.path in self.by.contents.files else "removes"


@dataclass(frozen=True, slots=True)
class Layers:
    """All layers of an image, the lowest first, and all instructions of its history."""

    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]

    def hider(self, path: str, layer: Layer) -> Layer | None:
        """Give the next layer that replaces or removes a file of a layer; None if it is still to be seen."""
        return next((one for one in self.layers[layer.number :] if one.contents.hides(path)), None)

    def hidden(self, *, base: bool) -> Iterator[Hidden]:
        """Give every file with bytes in it that a later layer replaces or removes; with `base`, also the base image's.

        A file that is replaced several times is given as often: each of its layers keeps it.
        """
        count = 0
        for layer in self.layers:
            if layer.base and not base:
                continue
            for path, size in layer.contents.files.items():
                count += 1
                if count % _OFTEN == 0:
                    remaining(1)
                by = self.hider(path, layer) if size else None
                if by is not None:
                    yield Hidden(path, size, layer, by)


def assemble(
    contents: Sequence[Contents],
    history: Sequence[tuple[str, bool]],
    own: tuple[int, int] | None,
    instructions: Sequence[Instruction],
) -> Layers:
    """Bring together layers, history (each entry with whether it made a layer) and the Dockerfile's instructions.

    `own` says how many of the last layers and of the last entries are not the base image's. Where that isn't known, the
    instructions tell, if the history ends with them; otherwise nothing is the base image's.
    """
    before = len(history) - len(instructions)
    fits = before >= 0 and [Step(text).name for text, _ in history[before:]] == [one.name for one in instructions]
    known = fits and bool(instructions)
    first_step = len(history) - own[1] if own is not None else before if known else 0
    steps = tuple(
        Step(text, instructions[n - before].line if known and n >= before else None, n < first_step)
        for n, (text, _) in enumerate(history)
    )
    makers = [step for step, (_, made) in zip(steps, history, strict=True) if made]
    if len(makers) != len(contents):
        makers = [Step("")] * len(contents)
    first = len(contents) - own[0] if own is not None else sum(step.base for step in makers)
    return Layers(tuple(Layer(n + 1, makers[n], n < first, one) for n, one in enumerate(contents)), steps)


def instructions(dockerfile: Dockerfile, target: str | None) -> tuple[Instruction, ...]:
    """Give the instructions of an image in the order in which its history has them; `target` is the stage to build."""
    stage = dockerfile.stage(target) if target is not None else dockerfile.final
    if stage is None:
        return ()
    chain = [stage]
    while (parent := dockerfile.stage(chain[-1].base, before=chain[-1].index)) is not None:
        chain.append(parent)
    return tuple(one for part in reversed(chain) for one in part.instructions if one.name != "FROM")


def _above(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        path = path[:end]
        yield path
        end = path.rfind("/")
