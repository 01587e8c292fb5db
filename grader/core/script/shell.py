"""A shell script: every statement is a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.script.model import MAX_COMMAND
from grader.core.script.statement import Statement
from grader.core.script.syntax import Syntax

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of the script, which seem to be one statement."""

    number: int
    text: str


def read(text: str, leave_out: Callable[[Piece, str], None]) -> list[Piece]:
    """Split a script into statements; what can't be run is given to `leave_out`, with the reason."""
    pieces = split(text)
    syntax, good = Syntax(), list[Piece]()
    while pieces:
        right = syntax.first_bad([piece.text for piece in pieces])
        good += pieces[:right]
        pieces = pieces[right:]
        if pieces:
            joined = _join(pieces, syntax)
            if joined == 0:
                rest = _merged(pieces)
                problem = syntax.problem(pieces[0].text) or syntax.problem(rest.text) or "a syntax error"
                leave_out(rest, f"from line {rest.number} on bash can't read it: {problem}")
                break
            good.append(_merged(pieces[:joined]))
            pieces = pieces[joined:]
    kept = [piece for piece in good if len(piece.text) <= MAX_COMMAND]
    for piece in good:
        if len(piece.text) > MAX_COMMAND:
            leave_out(piece, "too long")
    return kept


def split(text: str) -> list[Piece]:
    """Split where statements seem to end."""
    pieces: list[Piece] = []
    lines: list[str] = []
    start, current = 0, Statement()
    for number, line in enumerate(text.split("\n"), 1):
        if not lines:
            bare = line.strip()
            if not bare or bare.startswith("#"):
                continue
            start, current = number, Statement()
        lines.append(line)
        if len(line) <= MAX_COMMAND:  # a longer one isn't looked at, nor run
            current.feed(line)
        if current.finished:
            pieces.append(Piece(start, _without_end(lines)))
            lines = []
    if lines:
        pieces.append(Piece(start, _without_end(lines)))
    return pieces


def _without_end(lines: list[str]) -> str:
    # Where nothing follows a backslash, bash runs what it has.
    text = "\n".join(lines)
    if lines[-1].strip() and not lines[-1].endswith("\\"):
        return text
    return text.rstrip().removesuffix("\\").rstrip()


def _join(pieces: list[Piece], syntax: Syntax) -> int:
    """Say how many of the first pieces make one statement together; 0 if none do."""
    counts: list[int] = [*range(2, min(len(pieces), _TRIES) + 1), len(pieces)]
    for count in counts:
        if syntax.problem(_merged(pieces[:count]).text) is None:
            return count
    return 0


def _merged(pieces: list[Piece]) -> Piece:
    lines: list[str] = []
    for piece in pieces:
        # Blank lines and comments between them keep their place.
        lines += [""] * (piece.number - pieces[0].number - len(lines))
        lines += piece.text.split("\n")
    return Piece(pieces[0].number, "\n".join(lines))
