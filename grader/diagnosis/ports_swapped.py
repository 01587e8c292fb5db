"""The two ports of `-p` stand in the wrong order.

The port of the machine comes first: https://docs.docker.com/get-started/docker-concepts/running-containers/publishing-ports/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.diagnosis._commands import LOOKS_AT_PORTS, line_of, meant, number, option

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a container whose port of the machine is the one that the container should have, and the reverse."""
    wanted, outside = case.port, case.host_port
    if case.transcript is None or case.kind not in LOOKS_AT_PORTS or wanted is None or outside in {None, wanted}:
        return None
    for one in meant(case):
        for port in one.published:
            if (port.host_port, number(port)) == (wanted, outside):
                right = f"-p {outside}:{wanted}"
                return Diagnosis(
                    cause="ports_swapped",
                    summary=f"The two ports are swapped: you wrote {option(port)}, and {right} is needed.",
                    explanation=(
                        f"The first number is the port of your machine, the second one that of the container. "
                        f"So port {wanted} of your machine leads to port {outside} of container '{one.name}', "
                        f"while the program in it listens on port {wanted}."
                    ),
                    fix=f"Remove the container (docker rm -f {one.name}) and run it again with {right}.",
                    line=line_of(case, one),
                    certainty=96,
                )
    return None
