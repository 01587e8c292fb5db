"""The container runs, and none of its ports is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.diagnosis._commands import LOOKS_AT_PORTS, line_of, meant

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the only container that can be meant, and for a port of it."""
    running = [one for one in meant(case) if one.running]
    wanted, outside = case.port, case.host_port
    if case.transcript is None or case.kind not in LOOKS_AT_PORTS or wanted is None or len(running) != 1:
        return None
    [one] = running
    if one.published or "host" in one.networks:
        return None
    option = f"-p {outside or wanted}:{wanted}"
    return Diagnosis(
        cause="not_published",
        summary=f"Container '{one.name}' runs, but none of its ports is published.",
        explanation=(
            f"A container has a network of its own. Without -p nothing outside it can reach its port {wanted}. "
            "EXPOSE in an image doesn't publish a port, it only notes which one is used."
        ),
        fix=(
            f"Remove the container (docker rm -f {one.name}) and run it again with {option}, "
            "which must stand before the name of the image."
        ),
        line=line_of(case, one),
        certainty=90,
    )
