"""The program is the container's first process, and does nothing about the signal that asks it to end.

A container's first process gets only signals that it has asked for: https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import container, source, starter
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_SHELLS: Final = frozenset({"sh", "ash", "bash", "dash"})
_SAID: Final = "ignores the stop signal"
_RUNS_ON: Final = re.compile(r"^the container still runs .{1,40} after (SIG[A-Z0-9]{1,12})$")
_HOW: Final = {
    "python": "in Python: signal.signal(signal.SIGTERM, lambda *_: sys.exit()). STOPSIGNAL SIGINT does it, too: "
    "Python ends for SIGINT by itself.",
    "node": 'in Node: process.on("SIGTERM", () => process.exit()).',
}


def diagnose(case: Case) -> Diagnosis | None:
    """Look at which process was the first one when the container was asked to stop."""
    state = container(case)
    sent = _sent(case)
    if state is None or sent is None or not case.processes:
        return None
    words = case.processes[0].argv.split()
    program = base(words[0]) if words else ""
    if not program or program.lstrip("-") in _SHELLS or program.endswith(".sh"):
        return None
    instruction, (named, waits) = starter(case), sent
    ways = _HOW if named.upper() in {"15", "SIGTERM", "TERM"} else {}
    how = next((text for name, text in ways.items() if program.startswith(name)), "how depends on the language.")
    if case.kind != "stop":  # STOPSIGNAL changes what `docker stop` sends, and that alone
        how = how.partition(" STOPSIGNAL")[0]
    return Diagnosis(
        cause="signal_ignored",
        summary=f"{one_line(program, 60)} is the container's first process, and did nothing when {named} came.",
        explanation=(
            "The first process of a container gets a signal only if it has said what to do about it: what ends every "
            f"other process does nothing to it.{waits}"
        ),
        fix=f"Let the program end when {named} comes: {how}",
        line=instruction.line if instruction is not None else None,
        certainty=90,
    )


def _sent(case: Case) -> tuple[str, str] | None:
    """Name the signal that should have ended the container, and say what came of that."""
    if case.kind == "signal":
        found = _RUNS_ON.search(case.message)
        return (found[1], "") if found is not None else None
    if case.kind != "stop" or _SAID not in case.message:
        return None
    dockerfile = source(case)
    signal = dockerfile.effective("STOPSIGNAL") if dockerfile is not None else None
    named = signal.arguments[0] if signal is not None and signal.arguments else "SIGTERM"
    return named, " So `docker stop` waits in vain, and then everything is killed."
