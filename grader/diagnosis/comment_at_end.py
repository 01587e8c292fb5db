"""A comment at the end of a line, where it counts as a part of the instruction: only whole lines are comments.

https://docs.docker.com/reference/dockerfile/#format
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import failed_build, instruction_at, source
from grader.diagnosis._marks import comment, comment_in
from grader.diagnosis._sought import sought

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_PAIRS: Final = re.compile(r"can't find = in \"#")
_PAIR_LINE: Final = re.compile(r"\s*(?:ENV|LABEL)\s", re.IGNORECASE)
_NO_USER: Final = re.compile(r"unable to find (?:user|group) [^\n]{0,200}#")
_MAX_LINES: Final = 2_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for an instruction with a `#` that failed, or that made a name with a `#` in it."""
    dockerfile, failure = source(case), failed_build(case)
    if dockerfile is None:
        return _unread(case)
    if failure is not None:
        found = instruction_at(case, failure.line)
        if found is not None and comment(found) is not None and found.name not in {"USER", "WORKDIR"}:
            return _explain(found.line, found.text)
    state = case.container
    if _NO_USER.search(f"{failure.message} {failure.output}" if failure else state.error if state else ""):
        return _of(case, "USER")
    what = sought(case)
    return _of(case, "WORKDIR") if what is not None and "#" in what.workdir else None


def _of(case: Case, name: str) -> Diagnosis | None:
    dockerfile = source(case)
    found: Instruction | None = next(
        (one for one in (dockerfile.instructions if dockerfile else ()) if one.name == name and comment(one)), None
    )
    return _explain(found.line, found.text) if found is not None else None


def _unread(case: Case) -> Diagnosis | None:
    if _PAIRS.search(case.message) is None:
        return None
    for number, line in enumerate(case.text.split("\n")[:_MAX_LINES], 1):
        if _PAIR_LINE.match(line) and comment_in(line) is not None:
            return _explain(number, line.strip())
    return None


def _explain(line: int, text: str) -> Diagnosis:
    written = comment_in(text) or "#"
    name = one_line(text.split(maxsplit=1)[0].upper(), 20)
    without = one_line(text.rstrip().removesuffix(written).rstrip(), 200)
    return Diagnosis(
        cause="comment_at_end",
        summary=f"The comment at the end of line {line} is taken for a part of {name}.",
        explanation=(
            "In a Dockerfile, # begins a comment only at the start of a line. "
            f"Behind {name}, its words are read like all others: {one_line(written, 80)}"
        ),
        fix=f"Write the comment on a line of its own above line {line}, and leave there: {without}",
        line=line,
        certainty=100,
    )
