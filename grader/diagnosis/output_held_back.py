"""The log is empty, perhaps because Python keeps what it prints until there is more of it.

https://docs.python.org/3/using/cmdline.html#envvar-PYTHONUNBUFFERED
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._evidence import container, starter
from grader.diagnosis._services import shell_text
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_PYTHON: Final = re.compile(r"python[\d.]*")
_UNBUFFERED: Final = re.compile(r"-[a-zA-Z]*u[a-zA-Z]*")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a Python program that runs, and has printed nothing that anybody could read."""
    state, image = container(case), case.image
    if case.kind != "logs" or state is None or not state.running or case.logs.strip() or image is None:
        return None
    words = (shell_text(state.argv) or " ".join(state.argv)).split()
    words = words[1:] if words[:1] == ["exec"] else words
    if not words or not _PYTHON.fullmatch(base(words[0])) or "PYTHONUNBUFFERED" in {*image.env, *case.given_env}:
        return None
    if any(_UNBUFFERED.fullmatch(word) for word in words[1:3]):
        return None
    instruction = starter(case)
    return Diagnosis(
        cause="output_held_back",
        summary="The program runs, and its log is empty. It may have printed something that Python still holds back.",
        explanation=(
            "Where no terminal is, Python collects what a program prints and passes it on in large pieces, or when the "
            "program ends. So a short line may not have come to the log yet. If the program prints nothing at all, "
            "there is another reason."
        ),
        fix="Add the line ENV PYTHONUNBUFFERED=1 to the Dockerfile, or write python -u in CMD.",
        line=instruction.line if instruction is not None else None,
        certainty=55,
    )
