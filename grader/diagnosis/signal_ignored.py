"""The program is the container's first process, and does nothing about the signal that asks it to end.

A container's first process gets only signals that it has asked for: https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import container, source, starter
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_SHELLS: Final = frozenset({"sh", "ash", "bash", "dash"})
_SAID: Final = "ignores the stop signal"
_HOW: Final = {
    "python": "in Python: signal.signal(signal.SIGTERM, lambda *_: sys.exit()). STOPSIGNAL SIGINT does it, too: "
    "Python ends for SIGINT by itself.",
    "node": 'in Node: process.on("SIGTERM", () => process.exit()).',
}


def diagnose(case: Case) -> Diagnosis | None:
    """Look at which process was the first one when the container was asked to stop."""
    state = container(case)
    if case.kind != "stop" or state is None or _SAID not in case.message or not case.processes:
        return None
    words = case.processes[0].argv.split()
    program = base(words[0]) if words else ""
    if not program or program.lstrip("-") in _SHELLS or program.endswith(".sh"):
        return None
    dockerfile, instruction = source(case), starter(case)
    signal = dockerfile.effective("STOPSIGNAL") if dockerfile is not None else None
    named = signal.arguments[0] if signal is not None and signal.arguments else "SIGTERM"
    how = next((text for name, text in _HOW.items() if program.startswith(name)), "how depends on the language.")
    return Diagnosis(
        cause="signal_ignored",
        summary=f"{one_line(program, 60)} is the container's first process, and did nothing when {named} came.",
        explanation=(
            "The first process of a container gets a signal only if it has said what to do about it: what ends every "
            "other process does nothing to it. So `docker stop` waits in vain, and then everything is killed."
        ),
        fix=f"Let the program end when {named} comes: {how}",
        line=instruction.line if instruction is not None else None,
        certainty=90,
    )
