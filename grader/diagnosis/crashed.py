"""The program stopped with an error of its own: the last line of its traceback says which."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended

_PYTHON: Final = re.compile(
    r"^((?:[a-z_]\w{0,60}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|Interrupt|Exit)\b.*)$", re.MULTILINE
)
_PYTHON_PLACE: Final = re.compile(r'^ {1,8}File "([^"\n]+)", line (\d+)', re.MULTILINE)
_NODE: Final = re.compile(r"^((?:Uncaught )?[A-Z]\w{0,80}Error\b.*|Error: .*)$", re.MULTILINE)
_NODE_PLACE: Final = re.compile(r"^(/[^:\n]+):(\d+)$", re.MULTILINE)
_NODE_END: Final = re.compile(r"^Node\.js v\d", re.MULTILINE)
_JAVA: Final = re.compile(r'^(Exception in thread "[^"\n]+" .*)$', re.MULTILINE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the traceback of a program that the container started."""
    ended = ended_badly(case)
    error = None if ended is None or ended.building else _error(ended)
    if ended is None or error is None:
        return None
    message, place = error
    return Diagnosis(
        cause="crashed",
        summary=f"Your program stopped with an error: {one_line(message)}",
        explanation=(
            f"The container ended with exit code {ended.exit_code}, because its program did."
            f"{f' It happened at {place}.' if place else ''}"
        ),
        fix=f"Correct the program{f' at {place}' if place else ''}. `docker logs` shows the whole message.",
        line=None if place else ended.line,
        certainty=65,
    )


def _error(ended: Ended) -> tuple[str, str | None] | None:
    """Give the message and the place in the student's own file."""
    text = ended.output
    if "Traceback (most recent call last):" in text or "SyntaxError: " in text or "IndentationError: " in text:
        messages = _PYTHON.findall(text)
        places = [one for one in _PYTHON_PLACE.findall(text) if "/lib/python" not in one[0] and "<frozen" not in one[0]]
    elif _NODE_END.search(text):
        messages, places = _NODE.findall(text)[:1], _NODE_PLACE.findall(text)[:1]
    else:
        messages, places = _JAVA.findall(text), []
    if not messages:
        return None
    place = f"line {places[-1][1]} of {one_line(places[-1][0], 80)}" if places else None
    return messages[-1], place
