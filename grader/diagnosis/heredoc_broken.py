"""A here-document that doesn't end: its closing word isn't alone at the start of a line.

https://docs.docker.com/reference/dockerfile/#here-documents
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import failed_build

if TYPE_CHECKING:
    from grader.core.facts import Case

_OPENED: Final = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w{0,80})\2")
_TAKES_ONE: Final = re.compile(r"\s*(?:RUN|COPY|ADD|ONBUILD)\s", re.IGNORECASE)
_MAX_LINES: Final = 2_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the parser says, and for the line that opens what is never closed."""
    failure = failed_build(case)
    said = failure.message if failure is not None else case.message
    found = _open(case.text.split("\n")[:_MAX_LINES]) if "unterminated heredoc" in said else None
    if found is None:
        return None
    line, word, problem, fix = found
    return Diagnosis(
        cause="heredoc_broken",
        summary=f"The text that begins with <<{word} in line {line} has no end{problem}.",
        explanation=(
            f"After <<{word}, all lines belong to the text, up to one that holds {word} and nothing else, "
            "without a space before or after it."
        ),
        fix=fix,
        line=line,
        certainty=100,
    )


def _open(lines: list[str]) -> tuple[int, str, str, str] | None:
    """Give the line, the word, what is wrong and what to do, of the first text without an end."""
    index = 0
    while index < len(lines):
        opened = _OPENED.search(lines[index]) if _TAKES_ONE.match(lines[index]) else None
        if opened is not None:
            body, word = lines[index + 1 :], opened[3]
            ends = [n for n, one in enumerate(body) if _closes(one, word, tabs=bool(opened[1]))]
            if not ends:
                return (index + 1, one_line(word, 80), *_why(lines[index], body, word, index + 2))
            index += ends[0] + 1
        index += 1
    return None


def _closes(line: str, word: str, *, tabs: bool) -> bool:
    line = line.removesuffix("\r")
    return (line.lstrip("\t") if tabs else line) == word


def _why(first: str, body: list[str], word: str, start: int) -> tuple[str, str]:
    name = one_line(word, 80)
    for number, line in enumerate(body, start):
        if line.strip() == word:
            return (
                f": {name} in line {number} has spaces around it",
                f"Write {name} at the very start of line {number}.",
            )
        rest = line.strip().removeprefix(word)
        if rest != line.strip() and rest[:1] in {" ", "\t", ";", "&", "|", '"', "'", ")"}:
            return (
                f": more stands behind {name} in line {number}",
                f"Leave only {name} in line {number}. What has to be done afterwards goes into a RUN of its own.",
            )
    if first.rstrip().endswith("\\"):
        return (
            ": a \\ stands at the end of the line that opens it",
            f"Delete the \\ at the end of lines from there on: such a text needs none. Its last line is {name} alone.",
        )
    return f": no line holds only {name}", f"Add a line below the text that holds only {name}."
