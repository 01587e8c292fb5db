"""The container runs, and none of its processes listens on any port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import container, starter, unheard
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_IDLE: Final = frozenset({"sleep", "tail", "cat", "yes", "top", "watch"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for any listener at all."""
    state = container(case)
    if state is None or not state.running or case.port is None or not unheard(case):
        return None
    instruction = starter(case)
    command = one_line(" ".join(state.argv))
    line = f"line {instruction.line}" if instruction else "your Dockerfile"
    words = " ".join(state.argv)
    # `sleep 5; python app.py` is idle for a while only.
    idle = any(base(word) in _IDLE for word in words.split()[:3]) and not any(mark in words for mark in (";", "&", "|"))
    return Diagnosis(
        cause="not_listening",
        summary=f"The container runs, but nothing in it listens on port {case.port}, or on any other port.",
        explanation=(
            f"The container runs `{command}`, which keeps it alive and serves nothing."
            if idle
            else f"The container runs `{command}`. Either that is no server, or it was still busy and had not "
            "opened its port."
        ),
        fix=(
            f"Let CMD in {line} start the server itself, in the foreground, and look at `docker logs` for what it says."
        ),
        line=instruction.line if instruction else None,
        certainty=70 if idle else 55,
    )
