"""Packages are installed when the container starts, not when the image is built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import container, starter, unheard
from grader.diagnosis._services import shell_text

if TYPE_CHECKING:
    from grader.core.facts import Case

# The number of options is bounded, since a command may be 128 KiB of them.
_INSTALL: Final = re.compile(
    r"(?:^|[\s;&|])((?:apt-get|apt|apk|pip3?|python3? -m pip|npm|yarn|dnf|yum) (?:-\S{1,80} ){0,9}"
    r"(?:install|add|update|ci|upgrade)\b[^;&|\n]*)"
)
# What pip, apt, npm and apk say where there is no network, no right to write, or no such package.
_FAILED: Final = re.compile(
    r"NewConnectionError|SSLError|No matching distribution|Unable to locate package|Temporary failure"
    r"|npm (?:error|ERR!)|ConnectTimeout|does not have a Release file|unable to select packages|Permission denied"
    r"|Could not resolve"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for an installation in CMD that failed, or that is still at work."""
    state = container(case)
    if state is None:
        return None
    found = [one.strip() for one in _INSTALL.findall(shell_text(state.argv) or " ".join(state.argv))]
    busy = state.running and case.port is not None and unheard(case)
    broken = bool(state.exit_code) and _FAILED.search(case.logs) is not None
    if not found or not (busy or broken):
        return None
    command = one_line(" && ".join(found), 200)
    instruction = starter(case, found[0])
    where = f"{instruction.name} in line {instruction.line}" if instruction else "The command"
    return Diagnosis(
        cause="install_in_cmd",
        summary=f"{where} installs packages (`{command}`) every time a container starts.",
        explanation=(
            "RUN runs once, while the image is built, and its result stays in the image. CMD runs at each start: "
            "it costs time there, needs a network, and the container is not ready until it is done."
        ),
        fix=(
            f"Move the installation to a line of its own before CMD, `RUN {command}`, and let CMD only start "
            "the program."
        ),
        line=instruction.line if instruction else None,
        certainty=91 if broken else 85,
    )
