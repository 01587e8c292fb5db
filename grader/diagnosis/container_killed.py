"""A container was killed, where it should have ended in peace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core import lookup
from grader.core.result import Diagnosis
from grader.diagnosis._commands import lines, named

if TYPE_CHECKING:
    from grader.core.facts import Case

_KILLED: Final = 137
_PATIENCE: Final = 8.0
"""Seconds after which `docker stop` has waited in vain: it waits for ten."""


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the exit code of a killed program, and for the command that killed it."""
    if case.kind != "container" or case.where is None or "137" not in case.message:
        return None
    found = [one for one in lookup.matching(case.containers, case.where) if one.exit_code == _KILLED]
    if not found or found[0].oom_killed:
        return None
    one = found[0]
    for line in reversed(lines(case)):
        for call in line.calls:
            if call.container != one.name or call.failed or call.name not in {"container kill", "container stop"}:
                continue
            stopped = call.name == "container stop"
            if stopped and line.seconds < _PATIENCE and "-t" not in line.text:
                continue
            how = "waits only as long as it is told to" if "-t" in line.text else "waits for ten seconds"
            why = f"docker stop asks first, and {how}. Then it kills." if stopped else "docker kill doesn't ask."
            return Diagnosis(
                cause="container_killed",
                summary=f"The command {named(line)} killed container '{one.name}'.",
                explanation=(
                    f"A program that is killed has no time to finish: its exit code is 137, which is 128 + 9, "
                    f"the number of the signal KILL. {why}"
                ),
                fix=(
                    "Give it more time, or let its program end when it gets the signal TERM."
                    if stopped
                    else f"Ask it to end: docker stop {one.name}"
                ),
                line=line.number,
                certainty=95,
            )
    return None
