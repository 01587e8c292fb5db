"""The instructions of a Dockerfile as pieces that say the same however they were written."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from grader.core import dockerfile
from grader.gradebook._words import commands, exec_form, piece, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PAIRS: Final = frozenset(["ENV", "LABEL"])
_ANY_ORDER: Final = frozenset(["ENV", "LABEL", "EXPOSE", "VOLUME"])
_COMMANDS: Final = frozenset(["RUN", "CMD", "ENTRYPOINT", "SHELL"])
_COPIES: Final = frozenset(["COPY", "ADD"])

_FRONT: Final = "FROM scratch"
_MOST: Final = 200
"""Instructions that are read one by one."""
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Made:
    """An instruction with its place."""

    line: int
    end: int
    pieces: tuple[str, ...]
    run: str
    """Its name, where instructions of that name may change places."""


def instructions(text: str) -> Iterator[Made]:
    """Give every instruction; of what BuildKit can't read as a whole, those that it can read by themselves."""
    try:
        found = dockerfile.parse(text).instructions
    except dockerfile.DockerfileError:
        yield from _one_by_one(text)
        return
    yield from (_made(one, 0) for one in found)


def _made(one: dockerfile.Instruction, above: int) -> Made:
    run = one.name if one.name in _ANY_ORDER else ""
    return Made(one.line + above, one.end_line + above, tuple(_pieces(one)), run)


def _one_by_one(text: str) -> Iterator[Made]:
    """Read every instruction as if it stood alone, so that one mistake doesn't make all the rest look unusual."""
    for start, line in itertools.islice(_logical(text.split("\n")), _MOST):
        # Whatever stands first must be FROM.
        front = "" if line.split(None, 1)[0].upper() == "FROM" else f"{_FRONT}\n"
        try:
            *_, last = dockerfile.parse(front + line).instructions
        except dockerfile.DockerfileError:
            yield Made(start, start + line.count("\n"), (piece("line", " ".join(line.split())[:_LONGEST]),), "")
        else:
            made = _made(last, start - 1 - bool(front))
            yield replace(made, end=start + line.count("\n"))


def _logical(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Give each instruction with the number of its first line, continued lines included; no comments."""
    start, held = 0, list[str]()
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        start = start if held else number
        # Lines that are left out in between would shift the numbers.
        held += [""] * (number - start - len(held)) if held and held[-1].endswith("\\") else []
        held.append(line.rstrip())
        if not bare.endswith("\\"):
            yield start, "\n".join(held)
            held = []
    if held:
        yield start, "\n".join(held)


def _pieces(one: dockerfile.Instruction) -> Iterator[str]:
    if one.trigger is not None:
        yield piece("ONBUILD", one.trigger.name)
        yield from _pieces(one.trigger)
        return
    yield piece(one.name, one.name)
    yield from (piece(one.name, flag) for flag in sorted(one.flags))
    if one.name in _COMMANDS:
        yield from _command(one.name, one.arguments, exec_form=one.exec_form)
        for body in one.heredocs:
            yield from commands(body, one.name)
    elif one.name == "HEALTHCHECK":
        yield from _command(one.name, one.arguments[1:], exec_form=one.exec_form)
    else:
        yield from _words(one)


def _command(name: str, arguments: Sequence[str], *, exec_form: bool) -> Iterator[str]:
    if exec_form:
        yield from _exec(arguments, name)
    else:
        for text in arguments:
            yield from commands(text, name)


_exec = exec_form


def _words(one: dockerfile.Instruction) -> Iterator[str]:
    words = [unquoted(word) for word in one.arguments]
    if one.name in _PAIRS:
        yield from sorted(
            piece(one.name, f"{key}={value}") for key, value in zip(words[::2], words[1::2], strict=False)
        )
    elif one.name == "EXPOSE":
        yield from sorted(piece(one.name, word.removesuffix("/tcp")) for word in words)
    elif one.name in _COPIES and len(words) > 1:
        yield from (piece(one.name, word) for word in words[:-1])
        yield piece(f"{one.name} to", words[-1])
        yield from (piece(one.name, body) for body in one.heredocs)
    elif one.name == "FROM":
        yield piece("FROM", words[0] if words else "")
        yield from (piece("FROM AS", word) for word in words[2:])
    else:
        yield from (piece(one.name, word) for word in words)
