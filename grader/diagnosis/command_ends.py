"""The container's command finished without error, where something should have kept running.

A container lives as long as its first process: https://docs.docker.com/engine/containers/run/#foreground-and-background
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import exited, starter
from grader.diagnosis._scripts import interpreter
from grader.diagnosis._services import detaching
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_SHELLS: Final = frozenset({"sh", "ash", "bash", "dash"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look at an ended container, if the check is about one that has to run."""
    state = exited(case)
    # A check of the logs may well be about a command that ends.
    if state is None or state.exit_code != 0 or state.oom_killed or case.kind == "logs":
        return None
    instruction = starter(case)
    line = f"line {instruction.line}" if instruction else "your Dockerfile"
    # The scripts that official images start with hand on to the command behind them.
    words = state.argv[1:] if base(state.argv[0] if state.argv else "") == "docker-entrypoint.sh" else state.argv
    command = words[-1] if "-c" in words else " ".join(words)
    service = detaching(command)
    script, started = (None, None) if service is not None else _in_script(case, state.argv)
    if script is not None and started is not None:
        return Diagnosis(
            cause="command_ends",
            summary=f"{script} started `{one_line(started)}` in the background, and then the container ended.",
            explanation=(
                f"A container runs as long as the command it starts with. {script} came to its end, "
                "and everything it had left running in the background was ended with it."
            ),
            fix=f"Start the service in the foreground, as the last command of {script}{_foreground(started)}",
            line=instruction.line if instruction else None,
            certainty=92,
        )
    if service is not None:
        return Diagnosis(
            cause="command_ends",
            summary=f"`{one_line(service)}` started a service in the background, and then the container ended.",
            explanation=(
                "A container runs as long as the command it starts with. That command came to its end, "
                "and everything it had left running in the background was ended with it."
            ),
            fix=f"Start the service in the foreground in {line}{_foreground(service)}",
            line=instruction.line if instruction else None,
            certainty=92,
        )
    if case.given_command:
        return None  # what the exercise starts is not the student's to change
    return Diagnosis(
        cause="command_ends",
        summary=f"The container's command `{one_line(command)}` did its work and ended, and the container with it.",
        explanation="A container runs as long as the command it starts with. A server must keep running to answer.",
        fix=f"Let CMD in {line} start the program that keeps running, in the foreground, as the last command.",
        line=instruction.line if instruction else None,
        certainty=75,
    )


def _in_script(case: Case, argv: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Give the script that the container starts with, and what it leaves running when it comes to its end."""
    names = {base(word) for word in argv[:2]}
    script = next((path for path in sorted(case.scripts) if base(path) in names), None)
    text = case.scripts[script] if script is not None else b""
    # Of a long script only the beginning is known.
    if script is None or len(text) != case.files.get(script) or base(interpreter(text)) not in _SHELLS:
        return None, None
    lines = text.decode("utf-8", "replace").splitlines()
    found = [one for line in lines if not line.startswith("#") and (one := detaching(line.strip())) is not None]
    return script, found[-1] if found else None


def _foreground(service: str) -> str:
    words = service.split()
    if "nginx" in service:
        return ': CMD ["nginx", "-g", "daemon off;"]'
    if base(words[0]).startswith("apache2") or "apache2" in words:
        return ': CMD ["apache2ctl", "-D", "FOREGROUND"]'
    if words[-1] == "&":
        return ": leave the & out."
    return ", with the service's own program instead of `service`."
