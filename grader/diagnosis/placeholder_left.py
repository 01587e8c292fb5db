"""A command was handed in with a placeholder, such as <name>, where a value belongs: it could not be run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.core.transcript import Line
from grader.diagnosis._commands import ABOUT_CONTAINERS, MAX_OUTPUT, intended, lines, named
from grader.diagnosis._replay import not_replayed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.facts import Case

_REASON: Final = "a placeholder stands where a value belongs: "
_BRACKETS: Final = re.compile(r"<[A-Za-z][\w -]{0,40}>")
_NO_FILE: Final = re.compile(r": No such file or directory|syntax error near unexpected token")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for one in a command that was to do what is missing, and was not run, or that the shell made a file of."""
    if case.transcript is None or case.kind not in {*ABOUT_CONTAINERS, "local_image", "volume"}:
        return None
    for line, value in (*_left_out(case), *_taken_for_files(case)):
        if not intended(line, case):
            continue
        shown = one_line(value, 60)
        return Diagnosis(
            cause="placeholder_left",
            summary=f"The command {named(line)} did nothing: {shown} stands where a value belongs.",
            explanation="Angle brackets show that something is to be put in their place. What that was, only you know.",
            fix=f"Write in line {line.number} what you typed in place of {shown}.",
            line=line.number,
            flag=not_replayed(f"line {line.number} has {shown} where a value belongs"),
            certainty=90,
        )
    return None


def _left_out(case: Case) -> Iterator[tuple[Line, str]]:
    for one in case.transcript.left_out if case.transcript is not None else ():
        if one.reason.startswith(_REASON):
            yield Line(number=one.number, text=one.text), one.reason.removeprefix(_REASON)


def _taken_for_files(case: Case) -> Iterator[tuple[Line, str]]:
    """Find them in a script, whose shell reads from a file of that name."""
    for line in reversed(lines(case)):
        found = _BRACKETS.search(line.text) if not line.succeeded else None
        if found is not None and _NO_FILE.search(line.output[-MAX_OUTPUT:]):
            yield line, found[0]
