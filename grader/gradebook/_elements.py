"""What a submission is made of, for comparing.

Elements have a place and pieces, which say the same however they were written. Remarks do nothing, and are for that
reason nobody's but their author's.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

from grader.core import script, yaml
from grader.core.script import page
from grader.core.script import session as told
from grader.gradebook import _dockerfiles
from grader.gradebook._words import commands, piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Part = Literal["Dockerfiles", "Compose and other YAML files", "commands", "other texts"]
"""What an element belongs to; each is compared by itself, too."""
PARTS: Final[tuple[Part, ...]] = ("Dockerfiles", "Compose and other YAML files", "commands", "other texts")
MAX_PIECES: Final = 2_000
"""Pieces of one submission that are compared."""
_MAX_ELEMENTS: Final = 1_500
_MAX_REMARKS: Final = 500
_LONGEST: Final = 300
_MAX_COMMANDS: Final = 150
"""Lines in which commands are looked for, of one submission: reading them takes the longest."""
_MAX_PAGE: Final = 32 * 1024

_PAGES: Final = frozenset([".md", ".markdown", ".txt"])
_SCRIPTS: Final = frozenset([".sh", ".bash", ".zsh", ".ksh", ".dash", ".ps1", ".bat", ".cmd"])
_BARE: Final = frozenset(["commands", "command", "answer", "answers", "solution", "readme"])
# These meet students' text: each is linear, since every class of characters ends where the next begins.
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_REMARK: Final = re.compile(r"(?:^|(?<=[ \t]))(?:#(?!!)|//)(.*)")
_BLOCK: Final = ("/*", "*/", "* ", "<!--", "-- ")
_ODD: Final = re.compile(r"\S(?:  +|[ ]*\t[ \t]*)(?=[^\s#\\&|])|\S[ \t]+$")


@dataclass(frozen=True, slots=True)
class Element:
    """An instruction, a command, a value, a line."""

    part: Part
    file: str
    line: int
    end: int
    pieces: tuple[str, ...]
    run: str = ""
    """Elements that stand side by side and have the same word here may be in any order."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that changes nothing: a comment, or blank space where nobody needs it."""

    kind: Literal["comment", "spacing"]
    text: str
    file: str
    line: int

    @property
    def key(self) -> str:
        """What makes it the same remark elsewhere."""
        return f"{self.kind}:{self.text}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission taken apart."""

    elements: tuple[Element, ...]
    remarks: tuple[Remark, ...]


def take_apart(texts: Mapping[str, str], task: str = "") -> Taken:
    """Take the texts of a submission apart; `task` is what students copy from. Never raises."""
    elements: list[Element] = []
    remarks: list[Remark] = []
    left = _MAX_COMMANDS
    for name, text in texts.items():
        found = _elements(name, text, task, remarks, left)
        elements += itertools.islice(found, _MAX_ELEMENTS - len(elements))
        if _holds_commands(name):
            left = max(left - text.count("\n") - 1, 0)
    elements.sort(key=lambda one: (PARTS.index(one.part), one.file, one.line))
    return Taken(tuple(elements), tuple(remarks[:_MAX_REMARKS]))


def stream(elements: Iterable[Element]) -> list[str]:
    """Give the pieces in the order in which they count."""
    found: list[str] = []
    for key, some in itertools.groupby(elements, key=lambda one: (one.part, one.file, one.run)):
        pieces = [made for one in some for made in one.pieces]
        found += sorted(set(pieces)) if key[2] else pieces
    return found[:MAX_PIECES]


def _holds_commands(name: str) -> bool:
    path = PurePosixPath(name.lower())
    is_page = path.suffix in _PAGES and "requirements" not in path.name
    return is_page or path.suffix in _SCRIPTS or path.name in _BARE


def _elements(name: str, text: str, task: str, remarks: list[Remark], most: int) -> Iterator[Element]:
    path = PurePosixPath(name.lower())
    lines = text.split("\n")
    if "dockerfile" in path.name and path.suffix not in {".md", ".dockerignore"}:
        remarks += _remarks(name, lines, code=True)
        return _of_dockerfile(name, text)
    if path.suffix in {".yml", ".yaml"}:
        remarks += _remarks(name, lines, code=True)
        return _of_yaml(name, text)
    if _holds_commands(name) and most:
        start = "\n".join(lines[:most])[:_MAX_PAGE]
        behind = start.count("\n") + 1
        rest = _of_lines(name, enumerate(lines[behind:], behind + 1), "other texts")
        return itertools.chain(_of_commands(name, start, task, remarks), rest)
    remarks += _remarks(name, lines, code=False)
    return _of_lines(name, enumerate(lines, 1), "other texts")


def _of_dockerfile(name: str, text: str) -> Iterator[Element]:
    for one in _dockerfiles.instructions(text):
        yield Element("Dockerfiles", name, one.line, one.end, one.pieces, one.run)


def _of_yaml(name: str, text: str) -> Iterator[Element]:
    try:
        document = yaml.read(text, name)
        leaves = sorted((place[0], made) for place, made in _leaves(document, document.data, (), ""))
    except (yaml.YamlError, RecursionError):
        yield from _of_lines(name, enumerate(text.split("\n"), 1), "Compose and other YAML files")
        return
    for line, some in itertools.groupby(leaves, key=lambda leaf: leaf[0]):
        pieces = tuple(sorted(made for _, made in some))
        yield Element("Compose and other YAML files", name, line, line, pieces, "values")


def _leaves(
    document: yaml.Document, data: Any, path: tuple[str | int, ...], shown: str
) -> Iterator[tuple[tuple[int, int], str]]:
    """Give every value with its place: of a list, which one it is makes no difference."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _leaves(document, value, (*path, key), f"{shown}.{key}" if shown else str(key))
    elif isinstance(data, list) and data:
        for at, value in enumerate(data):
            # `environment: [A=1]` and `environment: {A: 1}` say the same.
            pair = str(value).partition("=") if shown.endswith(("environment", "labels", "args")) else ("", "", "")
            below, inner = (f"{shown}.{pair[0]}", pair[2]) if pair[1] else (f"{shown}[]", value)
            yield from _leaves(document, inner, (*path, at), below)
    else:
        place = document.values.get(path) or (1, 1)
        value = "" if data is None else str(data).lower() if isinstance(data, bool) else str(data)
        yield place, piece(shown[:_LONGEST], value[:_LONGEST])


def _of_commands(name: str, text: str, task: str, remarks: list[Remark]) -> Iterator[Element]:
    drafts, left = script.skim(text, name, task)
    lines = text.split("\n")
    prose = {one.row.number: one.row.text for one in left if one.reason not in {page.QUOTED, told.COMMENT}}
    typed: set[int] = set()
    for draft in drafts:
        end = draft.number + draft.text.count("\n")
        typed |= set(range(draft.number, end + 1))
        yield Element("commands", name, draft.number, end, tuple(commands(draft.text))[:_LONGEST])
        # What was typed inside a container, where there is any.
        for said in draft.stdin:
            yield from _of_lines(name, [(draft.number, said)], "commands")
    yield from _of_lines(name, [(number, line) for number, line in prose.items() if number not in typed], "other texts")
    quoted = {one.row.number for one in left if one.reason == page.QUOTED}
    bare = [line if number not in quoted and number not in prose else "" for number, line in enumerate(lines, 1)]
    if PurePosixPath(name).suffix.lower() in _PAGES:
        bare = _fenced(bare)
    remarks += _remarks(name, bare, code=True)


def _fenced(lines: Iterable[str]) -> list[str]:
    """Leave the lines of a page's blocks of code: outside of them, `#` begins a heading."""
    inside, found = False, list[str]()
    for line in lines:
        fence = line.lstrip().startswith(("```", "~~~"))
        inside ^= fence
        found.append(line if inside and not fence else "")
    return found


def _of_lines(name: str, lines: Iterable[tuple[int, str]], part: Part) -> Iterator[Element]:
    for number, line in lines:
        bare = line.strip()
        if not bare or bare.startswith(("#", *_BLOCK)):
            continue
        tokens = _TOKEN.findall(_REMARK.sub("", bare[:_LONGEST]))
        if any(token[0].isalnum() for token in tokens):
            yield Element(part, name, number, number + line.count("\n"), (piece("line", " ".join(tokens)),))


def _remarks(name: str, lines: Sequence[str], *, code: bool) -> Iterator[Remark]:
    for number, whole in enumerate(lines, 1):
        line = whole[:_LONGEST]
        found = _REMARK.search(line)
        bare = line.strip()
        text = found[1] if found else bare if bare.startswith(_BLOCK) else ""
        if _speaks(text):
            yield Remark("comment", " ".join(text.strip("#/*-<>! \t").split()), name, number)
        elif code and not found and _ODD.search(line.lstrip().removesuffix("\\").rstrip("\n") if bare else ""):
            yield Remark("spacing", line.strip("\n").lstrip(), name, number)


def _speaks(text: str) -> bool:
    """Whether a comment says enough to be known by: two words, or a long one."""
    letters = sum(map(str.isalnum, text))
    return letters >= 12 or (letters >= 6 and len(text.split()) > 1)  # noqa: PLR2004 - letters
