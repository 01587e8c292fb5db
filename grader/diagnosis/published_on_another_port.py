"""The right port of the container is published, under another port of the machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.diagnosis._commands import LOOKS_AT_PORTS, line_of, lines, meant, number, option

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Compare the port of the machine with the one asked for."""
    wanted, outside = case.port, case.host_port
    if case.transcript is None or case.kind not in LOOKS_AT_PORTS or wanted is None or outside is None:
        return None
    found = [(one, port) for one in meant(case) for port in one.published if number(port) == wanted]
    if not found or any(port.host_port == outside for _, port in found):
        return None
    one, port = found[0]
    line = line_of(case, one)
    free = port.host_port == 0
    there = "a free port that Docker chooses" if free else f"port {port.host_port}"
    if _alone(case, line, wanted):
        why = "A number alone is the port of the container, and Docker chooses one of your machine"
    else:
        why = "-P and a single number leave the choice to Docker" if free else f"With {option(port)} it is another one"
    return Diagnosis(
        cause="published_on_another_port",
        summary=f"Port {wanted} of container '{one.name}' is published as {there}, not as port {outside}.",
        explanation=(
            f"The first number of -p is the port of your machine. {why}, "
            f"so http://localhost:{outside} does not lead to the container."
        ),
        fix=f"Remove the container (docker rm -f {one.name}) and run it again with -p {outside}:{wanted}.",
        line=line,
        certainty=93,
    )


def _alone(case: Case, line: int | None, port: int) -> bool:
    """Whether the command says `-p 3000`, without a port of the machine."""
    text = next((one.text for one in lines(case) if one.number == line), "")
    return re.search(rf"(?:-p|--publish)[ =]?{port}(?:/tcp)?(?=\s)", text) is not None
