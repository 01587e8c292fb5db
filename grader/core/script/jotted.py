"""A script without `#!`: commands as they were typed, and between them what was typed inside containers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.core.script import prompts
from grader.core.script.cleaning import pasted
from grader.core.script.drafts import Left
from grader.core.script.invocation import parse, takes_lines
from grader.core.script.markdown import unmarked
from grader.core.script.model import MAX_COMMAND, Row
from grader.core.script.patterns import pattern
from grader.core.script.rewrite import plain, straight
from grader.core.script.session import OUTPUT, STRAY
from grader.core.script.statement import Statement
from grader.core.script.wording import calls, is_docker

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAVES: Final = r"^(?:exit(?:\s+\d{1,3})?|(?:exit|quit)\(\d{0,3}\)|logout|quit|\\q|\.exit)$"
_NO_BASH: Final = frozenset(["exit()", "quit()"])
_CALLS: Final = r"(?:^|[;&|(!{]|\b(?:do|then|else|time|sudo|winpty)\s)\s*(?:docker|docker\.exe|docker-compose)(?:\s|$)"


@dataclass(slots=True)
class Jotted:
    """What bash should read of such a script."""

    lines: list[str]
    """Empty where something was taken out: every line keeps its number."""
    typed: dict[int, list[str]] = field(default_factory=dict)
    """What was typed inside, by the number of the line that opened the container."""
    notes: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """What was changed, by the number of the statement's first line."""
    left: list[Left] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole script."""
        return "\n".join(self.lines)


def read(text: str) -> Jotted:
    """Take out what was typed inside containers, and a word processor's signs, in time that grows with the text."""
    script = Jotted(text.split("\n"))
    ends = _ends(script.lines)
    at = 0
    while at < len(script.lines):
        bare = script.lines[at].strip()
        if not bare or bare.startswith("#"):
            at += 1
        elif bare in _NO_BASH and not _is_body(script.lines, at + 1):
            script.left.append(Left(Row(at + 1, script.lines[at]), STRAY, doubtful=True))
            script.lines[at] = ""
            at += 1
        else:
            start, at = at, _statement(script, at)
            if at < len(script.lines) and ends[at] >= 0 and _opens(script.lines[start:at]):
                at = _take(script, start, at, ends[at])
    return script


def is_list(text: str) -> bool:
    """Whether docker is called behind a list's marker or a prompt: then it is no script, whatever it is called."""
    statement = Statement()
    for line in text.split("\n"):
        if statement.finished:
            statement = Statement()
        if not (statement.delimiter or statement.grouping or statement.continued) and _is_marked(line[:MAX_COMMAND]):
            return True
        if len(line) <= MAX_COMMAND:
            statement.feed(line)
    return False


def _is_marked(line: str) -> bool:
    if "docker" not in line:
        return False
    rest = unmarked(line)
    prompt = prompts.split(line if rest is None else rest)
    if prompt is not None and prompt.sign != "#" and not prompt.inside:
        rest = prompt.rest
    return rest is not None and is_docker(rest.strip("` "))


def _ends(lines: Sequence[str]) -> list[int]:
    """Give for every line where somebody leaves, there or below, before docker is called again; -1 if nobody does."""
    found, coming = [-1] * len(lines), -1
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at].strip()
        if pattern(_LEAVES).match(_inner(line) or line):
            coming = at
        elif pattern(_CALLS).search(pasted(line[:MAX_COMMAND])):
            coming = -1
        found[at] = coming
    return found


def _inner(line: str) -> str | None:
    """Give what was typed at a prompt that only containers have; None if there is none."""
    prompt = prompts.split(line)
    return prompt.rest if prompt is not None and prompt.inside else None


def _is_body(lines: Sequence[str], at: int) -> bool:
    """Whether a function's body comes next."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at < len(lines) and lines[at].lstrip().startswith(("{", "("))


def _statement(script: Jotted, at: int) -> int:
    """Give the index behind the statement that begins here; what calls docker loses a word processor's signs."""
    lines, start, statement = script.lines, at, Statement()
    docker = bool(pattern(_CALLS).search(pasted(lines[at][:MAX_COMMAND]).strip()))
    while at < len(lines):
        if len(lines[at]) <= MAX_COMMAND:
            if docker and not statement.inside:
                lines[at], notes = straight(pasted(lines[at]))
                script.notes.update({start + 1: notes} if notes else {})
            statement.feed(lines[at])
        at += 1
        if statement.finished:
            break
    return at


def _opens(lines: Sequence[str]) -> bool:
    """Whether a statement ends in a container whose input is the terminal."""
    text = plain("\n".join(lines)[:MAX_COMMAND])
    if any(sign in text for sign in "|<") or text.rstrip().endswith("&"):
        return False
    if not is_docker(text.replace(";", "&&").rsplit("&&", 1)[-1].strip()):
        return False
    found = calls(text)
    call = parse(found[-1]) if found else None
    return call is not None and takes_lines(call)


def _take(script: Jotted, start: int, at: int, end: int) -> int:
    """Take the lines from `at` to `end` as typed inside, unless bash's own grammar holds them together with others."""
    rows = [Row(number, line) for number, line in enumerate(script.lines[at : end + 1], at + 1)]
    inner = [_inner(row.text) for row in rows]
    prompted = any(one is not None for one in inner)
    if not prompted and not rows[-1].text.strip().endswith(")") and _stays_open(rows[:-1]):
        return at
    kept: list[str] = []
    for row, typed in zip(rows, inner, strict=True):
        text = row.text.rstrip() if typed is None else typed.rstrip()
        # An empty line ends a block of Python's; others say nothing.
        says = bool(text) or (bool(kept) and kept[-1].startswith((" ", "\t")))
        if prompted and typed is None and row is not rows[-1]:
            if text:
                script.left.append(Left(row, OUTPUT))
        elif says and not text.startswith("#"):
            kept.append(text)
    script.typed[start + 1] = kept
    script.lines[at : end + 1] = [""] * len(rows)
    return end + 1


def _stays_open(rows: Sequence[Row]) -> bool:
    """Whether a condition or a loop that begins in these lines ends behind them."""
    statement = Statement()
    for row in rows:
        if len(row.text) <= MAX_COMMAND:
            statement.feed(row.text)
    return statement.grouping
