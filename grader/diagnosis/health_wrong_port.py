"""The health check asks a port on which nothing listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis import _health
from grader.diagnosis._words import swap_number

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Compare the port of the health check with those that the container's processes listen on."""
    written = _health.instruction(case)
    asked = _health.asked(written) if written is not None else None
    ports = sorted({one.port for one in case.listeners})
    if written is None or asked is None or not ports or asked[1] in ports or not _health.failed(case):
        return None
    wrong = asked[1]
    listed = " and ".join(map(str, ports[:3]))
    alone = len(ports) == 1
    changed = swap_number(written.text, wrong, ports[0]) if alone else written.text
    return Diagnosis(
        cause="health_wrong_port",
        summary=f"The health check in line {written.line} asks port {wrong}, and the server listens on port {listed}.",
        explanation=(
            "A health check runs inside the container: it needs the port on which the server listens there, "
            "not the one of the machine that `docker run -p` leads to it."
        ),
        fix=(
            f"Change line {written.line} to: {one_line(changed, 300)}"
            if changed != written.text
            else f"Write the server's port into the address in line {written.line}."
        ),
        line=written.line,
        certainty=95,
    )
