"""The lines that make one command, from its first on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.script import prompts, windows
from grader.core.script.model import MAX_COMMAND, Row
from grader.core.script.patterns import pattern
from grader.core.script.rewrite import prepare
from grader.core.script.statement import Statement
from grader.core.script.wording import first_word, is_docker, lacks

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLLOWS: Final = ("&&", "||", "|", "&", ";")
_OPTION: Final = r"^\s*--?[A-Za-z]"
_MOST_JOINED: Final = 30
_TOO_MUCH: Final = 256 * 1024
"""Characters that are read in vain before unfinished statements are no longer looked into."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A statement and where it ends."""

    text: str
    after: int
    """The index of the row behind it."""
    notes: tuple[str, ...] = ()
    problem: str | None = None
    """Why it can't be run."""


class Gatherer:
    """Joins the lines of commands; one for a whole file, as its patience is bounded."""

    def __init__(self, *, windows: bool = False) -> None:
        self._vain = 0
        self._windows = windows

    def gather(self, rows: Sequence[Row], at: int, first: str) -> Gathered:
        """Give the command that begins at `rows[at]` with the text `first`."""
        program = first_word(first)
        docker = program.startswith(("docker", "curl"))
        paths = self._windows and (program.startswith("docker") or program in windows.PROGRAMS)
        notes: list[str] = []
        statement, lines = Statement(), list[str]()
        line, here, size = first, at, 0
        while True:
            following = rows[here + 1] if here + 1 < len(rows) and rows[here + 1].text.strip() else None
            if paths and not statement.inside:
                line, said = windows.translated(line, program)
                notes += [note for note in said if note not in notes]
            if docker and not statement.inside:
                line = _unix(line, last=following is None)
                line, said = prepare(line)
                notes += [note for note in said if note not in notes]
            statement.feed(line)
            lines.append(line)
            size += len(line) + 1
            here += 1
            if statement.finished:
                break
            if size > MAX_COMMAND:
                return self._too_long(rows, lines, here)
            if here >= len(rows) or self._vain > _TOO_MUCH:
                return self._unfinished(statement, lines, Gathered(first, at + 1, tuple(notes)), here)
            following_line = _continuation(rows[here].text, statement, lines[-1])
            if following_line is None:
                return self._unfinished(statement, lines, Gathered(first, at + 1, tuple(notes)), here)
            line = following_line
        if len(lines) == 1 and docker:
            return _with_options(rows, Gathered(lines[0], here, tuple(notes)))
        return Gathered("\n".join(lines), here, tuple(notes))

    def _too_long(self, rows: Sequence[Row], lines: list[str], here: int) -> Gathered:
        self._vain += sum(len(line) for line in lines)
        while here < len(rows) and rows[here - 1].text.endswith("\\"):
            lines.append(rows[here].text)
            here += 1
        return Gathered("\n".join(lines), here, problem="too long")

    def _unfinished(self, statement: Statement, lines: list[str], one: Gathered, after: int) -> Gathered:
        if statement.continued and not statement.inside:
            # The marks of continuation go on behind the last line: what stands there is whole.
            text = "\n".join(lines).rstrip().removesuffix("\\").rstrip()
            return Gathered(text, after, one.notes)
        self._vain += sum(len(line) for line in lines)
        return Gathered(lines[0], one.after, one.notes, "it isn't finished: a quote, a bracket or a loop stays open")


def _continuation(text: str, statement: Statement, before: str) -> str | None:
    """Give a line that continues a statement, without its prompt; None if another command begins there."""
    prompt = prompts.split(text)
    if prompt is not None and prompt.sign == ">" and not (statement.delimiter and not text.startswith(">")):
        return text.strip().removeprefix(">").removeprefix(" ")
    if text.strip() == ">":
        return ""
    if text.startswith(">>") and not statement.delimiter:
        return text.removeprefix(">>").removeprefix(" ")
    if prompt is not None and not prompt.bare and (not statement.delimiter or is_docker(prompt.rest)):
        return None
    expected = (
        statement.operator
        or (statement.grouping and not statement.continued)
        or before.rstrip(" \t\\").endswith(_FOLLOWS)
    )
    if is_docker(text.strip()) and not expected and not statement.delimiter and text == text.lstrip():
        return None
    return text


def _unix(line: str, *, last: bool) -> str:
    """Turn PowerShell's and the command prompt's sign of continuation into a backslash."""
    bare = line.rstrip()
    if (bare.endswith(" `") and bare.count("`") % 2 == 1) or bare.endswith(" ^"):
        return bare[:-1].rstrip() if last else f"{bare[:-1]}\\"
    return f"{bare}" if bare.endswith("\\") else line


def _with_options(rows: Sequence[Row], one: Gathered) -> Gathered:
    """Join options that stand on lines of their own, although nothing says that the command goes on."""
    lines, here = [one.text], one.after
    while here < len(rows) and rows[here].text.strip():
        text = rows[here].text
        apart = text != text.lstrip() or len(lines) > 1
        belongs = pattern(_OPTION).match(text) or (apart and lacks(" ".join(lines)))
        if not belongs or is_docker(text.strip()):
            break
        line, said = prepare(text.strip())
        one = Gathered(one.text, one.after, tuple(dict.fromkeys([*one.notes, *said])))
        lines.append(line.removesuffix("\\").rstrip())
        here += 1
        if len(lines) == _MOST_JOINED:
            break
    if len(lines) == 1:
        return one
    note = f"{len(lines)} lines are taken for one command, although nothing at their ends says so"
    return Gathered(" \\\n".join(lines), here, (*one.notes, note))
