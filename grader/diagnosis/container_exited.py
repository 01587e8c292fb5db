"""The container's command is a shell, which had no input and ended at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core import lookup
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import line_of
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_SHELLS: Final = frozenset({"ash", "bash", "dash", "sh", "zsh", "python", "python3", "node", "irb"})
"""Programs that read commands, and end where their input ends."""
_NEEDS_IT_RUNNING: Final = frozenset(
    {"command", "http", "listens", "port", "process", "restart", "signal", "stop", "tcp"}
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look at what the container ran: a shell without arguments, and without an input that stays open."""
    about_state = case.kind == "container" and "expected 'running'" in case.message
    if case.transcript is None or case.where is None or not (about_state or case.kind in _NEEDS_IT_RUNNING):
        return None
    found = lookup.matching(case.containers, case.where)
    if not found or any(one.running for one in found):
        return None
    one = found[0]
    shell = base(one.argv[0]) if len(one.argv) == 1 else ""
    if (one.status, one.exit_code) != ("exited", 0) or one.stdin or shell not in _SHELLS:
        return None
    image = one_line(one.image)
    return Diagnosis(
        cause="container_exited",
        summary=f"Container '{one.name}' ended at once: its command is {shell}, and nothing was typed into it.",
        explanation=(
            f"A container runs as long as its main process. Without -i, {shell} has no input, so it ends right away, "
            "without an error."
        ),
        fix=(
            f"Run it with -it to type into it (docker run -it {image}), "
            f"or with -dit to keep it running in the background (docker run -dit {image}). "
            "Where it should do something else, write that command behind the image."
        ),
        line=line_of(case, one),
        certainty=90,
    )
