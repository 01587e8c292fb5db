"""A server runs, and listens on another port than the one asked for.

EXPOSE and `-p` don't move a server to a port: https://docs.docker.com/reference/dockerfile/#expose
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import meant, number, option
from grader.diagnosis._evidence import server, source, starters
from grader.diagnosis._words import has_number, swap_number

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Compare the ports that the container's processes listen on with the one asked for."""
    state = server(case)
    ports = sorted({one.port for one in case.listeners})
    if state is None or not state.running or case.port is None or not ports or case.port in ports:
        return None
    used = " and ".join(str(port) for port in ports[:3])
    place = _place(case, ports)
    fix = f"Make the server listen on port {case.port}"
    if place is not None:
        old = next(port for port in ports if has_number(place.text, port))
        fix = f"Change line {place.line} to: {one_line(swap_number(place.text, old, case.port), 300)}"
    elif case.transcript is not None:
        fix += ": change its command, which stands behind the image"
    elif case.listeners and all(one.loopback for one in case.listeners):
        fix += " of all addresses (0.0.0.0), not of 127.0.0.1 alone. Both are often options that can be added to CMD"
    else:
        fix += ". The port is often an option to be added to CMD, or an environment variable, or stands in the source"
    return Diagnosis(
        cause="wrong_port",
        summary=f"Your server listens on port {used}, not on port {case.port}.",
        explanation=(
            f"{_leads(case, case.port)} leads to port {case.port} of the container, "
            f"and nothing listens there. {_exposed(case, case.port)}"
        ),
        fix=fix if fix.endswith(("]", ".")) or place is not None else f"{fix}.",
        line=place.line if place else None,
        certainty=94,
    )


def _leads(case: Case, wanted: int) -> str:
    """Name what leads to the container: what the student wrote, if it was a student who ran it."""
    if case.transcript is None:
        return f"`docker run -p {case.host_port or wanted}:{wanted}`"
    found = [port for one in meant(case) for port in one.published if number(port) == wanted and port.host_port]
    return f"Your {option(found[0])}" if found else "What is asked for"


def _place(case: Case, ports: list[int]) -> Instruction | None:
    dockerfile = source(case)
    environment = [one for one in dockerfile.final.instructions if one.name == "ENV"] if dockerfile else []
    places = (*starters(case), *environment)
    return next((one for one in places if any(has_number(one.text, port) for port in ports)), None)


def _exposed(case: Case, port: int) -> str:
    dockerfile = source(case)
    exposes = (
        [one for stage in dockerfile.lineage() for one in stage.instructions if one.name == "EXPOSE"]
        if dockerfile
        else []
    )
    right = next((one for one in exposes if has_number(one.text, port)), None)
    if right is not None:
        return f"EXPOSE in line {right.line} only notes the port for readers: it doesn't tell the server."
    if exposes:
        return f"EXPOSE in line {exposes[-1].line} names another port, too: correct that note for readers as well."
    return "The server alone decides on its port."
