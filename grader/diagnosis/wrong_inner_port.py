"""`-p` leads from the right port of the machine to a wrong one of the container.

https://docs.docker.com/get-started/docker-concepts/running-containers/publishing-ports/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.diagnosis._commands import LOOKS_AT_PORTS, line_of, meant, number, option

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Compare the container's published ports with the one asked for, and with those that its processes listen on."""
    wanted, outside, state = case.port, case.host_port, case.container
    if case.transcript is None or case.kind not in LOOKS_AT_PORTS or wanted is None or state is None:
        return None
    one = next((one for one in meant(case) if one.id == state.id and one.running), None)
    if one is None or any(number(port) == wanted for port in one.published):
        return None
    heard = {each.port for each in case.listeners}
    found = [port for port in one.published if outside in {None, port.host_port} and number(port) not in heard]
    # A server that has just been started may not listen yet: then the port of the machine has to be the right one.
    if len(found) != 1 or (wanted not in heard and (heard or outside is None)):
        return None
    [port] = found
    certain = wanted in heard
    # Two numbers in the wrong order, where no port of the machine is asked for: the way round that was meant.
    swapped = outside is None and port.host_port == wanted
    right = number(port) if swapped else port.host_port or outside or wanted
    there = f"its server listens on port {wanted}" if certain else f"port {wanted} is the one that it should lead to"
    return Diagnosis(
        cause="wrong_inner_port",
        summary=f"{option(port)} leads to port {number(port)} of '{one.name}', and {there}.",
        explanation=(
            "The second number of -p is the port on which the program in the container listens. "
            "The program decides on it, not docker run."
            + (f" Nothing listens on port {number(port)} there." if certain else "")
        ),
        fix=f"Remove the container (docker rm -f {one.name}) and run it again with -p {right}:{wanted}.",
        line=line_of(case, one),
        certainty=94 if certain else 88,
    )
