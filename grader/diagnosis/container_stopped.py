"""A container that should run was stopped: by `docker stop`, or by leaving its shell after `docker attach`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core import lookup
from grader.core.result import Diagnosis
from grader.diagnosis._commands import lines, named

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_NEEDS_IT_RUNNING: Final = frozenset(
    {"command", "http", "listens", "port", "process", "restart", "signal", "stop", "tcp"}
)
_STARTS: Final = frozenset({"container start", "container restart", "container unpause"})
_STOPS: Final = frozenset({"container stop", "container kill"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the last command that started or stopped the container that should run."""
    about_state = case.kind == "container" and "expected 'running'" in case.message
    if case.where is None or not (about_state or case.kind in _NEEDS_IT_RUNNING):
        return None
    found = lookup.matching(case.containers, case.where)
    if len(found) != 1 or found[0].status != "exited":
        return None
    name, last = found[0].name, None
    for line in lines(case):
        done = {call.name for call in line.calls if call.container == name and not call.failed}
        if done & (_STARTS | _STOPS | {"container attach"}):
            last = (line, done)
    if last is None:
        return None
    line, done = last
    if done & _STOPS and not done & _STARTS:
        return _say(
            line,
            f"The command {named(line)} stopped container '{name}'.",
            "A container that is stopped is still there, but nothing in it runs.",
            f"Leave this command out: '{name}' is to go on running.",
        )
    if "container attach" in done and not done & _STARTS and found[0].stdin and line.exit_code is not None:
        return _say(
            line,
            f"After the command {named(line)}, container '{name}' ended.",
            "docker attach leads to the container's main program. Whoever types exit there ends it, and the container.",
            f"To look into it, start a second program: docker exec -it {name} sh. That one can be left.",
        )
    return None


def _say(line: Line, summary: str, explanation: str, fix: str) -> Diagnosis:
    return Diagnosis(
        cause="container_stopped",
        summary=summary,
        explanation=explanation,
        fix=fix,
        line=line.number,
        certainty=93,
    )
