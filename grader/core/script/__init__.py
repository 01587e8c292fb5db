"""A file in which a student wrote docker commands: what to run of it, and what was left out, with the reason."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.core.script import jotted, page, shell, windows
from grader.core.script.bindings import bind, containers_named, refer
from grader.core.script.cleaning import clean, pasted
from grader.core.script.drafts import Draft, Left
from grader.core.script.images import name_images
from grader.core.script.jotted import Jotted
from grader.core.script.model import (
    MAX_COMMANDS,
    MAX_LINES,
    MAX_PASSAGES,
    MAX_TEXT,
    Command,
    Made,
    Reference,
    Row,
    Script,
)
from grader.core.script.output import Seen
from grader.core.script.rewrite import placeholders, plain
from grader.core.script.syntax import Syntax
from grader.core.transcript import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Command", "Draft", "Left", "Made", "Reference", "Script", "bind", "read", "skim"]

_SCRIPTS: Final = frozenset([".sh", ".bash", ".zsh", ".ksh", ".dash"])


def read(text: str, name: str, task: str = "") -> Script:
    """Tell the commands in a file from everything else.

    `name` is the file's, whose ending decides how it is read; `task` is the text of the exercise, from which students
    copy. Never raises: what can't be read is left out.
    """
    if len(text) > MAX_TEXT or text.count("\n") > MAX_LINES:
        reason = f"the file is longer than {MAX_TEXT // 1024} KiB or {MAX_LINES} lines"
        return Script((), _passages([Left(Row(1, text), reason, doubtful=True)]))
    text = clean(text)
    ending = PurePosixPath(name).suffix.lower()
    if _is_script(text, ending):
        return _of_script(text)
    listed = ending in _SCRIPTS and jotted.is_list(text)
    session = page.read(pasted(text), pasted(clean(task)), block=ending in windows.ENDINGS, listed=listed)
    return _script(_runnable(session.drafts, session.left), session.left, session.seen)


def skim(text: str, name: str, task: str = "") -> tuple[list[Draft], list[Left]]:
    """Tell the commands in a file from everything else without asking bash: a glance at many files, to run nothing.

    Takes and gives what `read` does, up to its limits; a file that is longer has no commands.
    """
    if len(text) > MAX_TEXT or text.count("\n") > MAX_LINES:
        return [], []
    text = clean(text)
    ending = PurePosixPath(name).suffix.lower()
    if _is_script(text, ending):
        script = Jotted(text.split("\n")) if text.startswith("#!") else jotted.read(text)
        return [Draft(piece.number, plain(piece.text)) for piece in shell.split(script.text)], script.left
    listed = ending in _SCRIPTS and jotted.is_list(text)
    session = page.read(pasted(text), pasted(clean(task)), block=ending in windows.ENDINGS, listed=listed)
    return session.drafts, session.left


def _of_script(text: str) -> Script:
    # Nobody who writes `#!` writes down what was typed inside a container.
    script = Jotted(text.split("\n")) if text.startswith("#!") else jotted.read(text)
    left = list(script.left)
    pieces = shell.read(
        script.text, lambda one, reason: left.append(Left(Row(one.number, one.text), reason, doubtful=True))
    )
    drafts = [Draft(piece.number, plain(piece.text)) for piece in pieces]
    for draft, piece in zip(drafts, pieces, strict=True):
        numbers = range(piece.number, piece.number + piece.text.count("\n") + 1)
        draft.stdin = [line for number in numbers for line in script.typed.get(number, ())]
        draft.notes = tuple(dict.fromkeys(note for number in numbers for note in script.notes.get(number, ())))
    return _script(drafts, left, Seen())


def _is_script(text: str, ending: str) -> bool:
    first = text.partition("\n")[0]
    if first.startswith("#!"):
        return "sh" in first
    # Some call a file `.sh` that holds a page, or what a terminal showed.
    return ending in _SCRIPTS and not text.startswith("```") and "\n```" not in text and not jotted.is_list(text)


def _runnable(drafts: list[Draft], left: list[Left]) -> list[Draft]:
    """Leave out what bash can't read, and what has a placeholder where no container stands."""
    syntax, good, rest = Syntax(), list[Draft](), list[Draft]()
    for draft in drafts:
        unknown = set(placeholders(draft.text)) - containers_named(draft.text)
        if unknown:
            reason = f"a placeholder stands where a value belongs: {min(unknown)}"
            left.append(Left(Row(draft.number, draft.text), reason, doubtful=True))
        else:
            rest.append(draft)
    while rest:
        right = syntax.first_bad([draft.text for draft in rest])
        good += rest[:right]
        if right < len(rest):
            bad = rest[right]
            problem = syntax.problem(bad.text)
            if problem is None:
                good.append(bad)
            else:
                left.append(Left(Row(bad.number, bad.text), f"bash can't read it: {problem}", doubtful=True))
        rest = rest[right + 1 :]
    return good


def _script(drafts: list[Draft], left: list[Left], seen: Seen) -> Script:
    left += [
        Left(Row(draft.number, draft.text), f"too many: only {MAX_COMMANDS} commands are run", doubtful=True)
        for draft in drafts[MAX_COMMANDS:]
    ]
    drafts = drafts[:MAX_COMMANDS]
    name_images(drafts, seen.images)
    references = refer([(draft.number, draft.text) for draft in drafts], seen)
    commands = tuple(
        Command(
            number=draft.number,
            text=draft.text,
            stdin="".join(f"{line}\n" for line in draft.stdin) if draft.stdin else None,
            note="; ".join(draft.notes) or None,
            references=found,
        )
        for draft, found in zip(drafts, references, strict=True)
    )
    return Script(commands, _passages(left))


def _passages(left: Iterable[Left]) -> tuple[Passage, ...]:
    """Put lines together that follow each other and are left out for the same reason."""
    groups: list[tuple[Left, list[str]]] = []
    for one in sorted(left, key=lambda one: one.row.number):
        if groups:
            first, lines = groups[-1]
            gap = one.row.number - first.row.number - len(lines)
            same = (first.reason, first.doubtful) == (one.reason, one.doubtful)
            if gap == 0 and same:
                lines += one.row.text.split("\n")
                continue
        if len(groups) < MAX_PASSAGES:
            groups.append((one, one.row.text.split("\n")))
        else:
            last = groups[-1][0]
            groups[-1] = (
                Left(last.row, "too many passages to tell them apart", last.doubtful or one.doubtful),
                groups[-1][1],
            )
            groups[-1][1].extend(one.row.text.split("\n"))
    return tuple(
        Passage(number=one.row.number, text="\n".join(lines), reason=one.reason, doubtful=one.doubtful)
        for one, lines in groups
    )
