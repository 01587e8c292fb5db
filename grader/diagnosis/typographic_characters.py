"""Curly quotes, long dashes or hard spaces, as word processors and web pages write them, in a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly, failed_build, instruction_at, source
from grader.diagnosis._marks import straight, typographic

if TYPE_CHECKING:
    from grader.core.facts import Case

_PAIRS: Final = re.compile(r"can't find = in \"")
_PAIR_LINE: Final = re.compile(r"\s*(?:ENV|LABEL)\s", re.IGNORECASE)
_MAX_LINES: Final = 2_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for such a character in what failed, and in what was said about it."""
    if source(case) is None:
        return _unread(case)
    failure, ended = failed_build(case), ended_badly(case)
    place = ended.instruction if ended is not None else instruction_at(case, failure.line) if failure else None
    said = ended.output if ended is not None else failure.message if failure is not None else ""
    # A list in brackets that is none has an explanation of its own.
    if place is None or "\n" in place.text or re.search(r"\A\w+\s+\[", place.text):
        return None
    word = typographic(place.text)
    if word is None or typographic(said) is None:
        return None
    return _explain(place.line, place.text, word, 98)


def _unread(case: Case) -> Diagnosis | None:
    if _PAIRS.search(case.message) is None or typographic(case.message) is None:
        return None
    for number, line in enumerate(case.text.split("\n")[:_MAX_LINES], 1):
        word = typographic(line) if _PAIR_LINE.match(line) else None
        if word is not None:
            return _explain(number, line.strip(), word, 100)
    return None


def _explain(line: int, text: str, word: str, certainty: int) -> Diagnosis:
    return Diagnosis(
        cause="typographic_characters",
        summary=f"Line {line} has characters of a word processor in it: {one_line(word, 80)}",
        explanation=(
            "Curly quotes, long dashes and hard spaces look much like those of the keyboard, and are other characters: "
            "no program takes them for quotes, for the - of an option, or for a space."
        ),
        fix=f"Type them anew in an editor for programs. Change line {line} to: {one_line(straight(text), 300)}",
        line=line,
        certainty=certainty,
    )
