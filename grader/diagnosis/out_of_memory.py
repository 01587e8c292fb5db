"""A process of the container was killed because the container had used up its memory.

https://docs.docker.com/engine/containers/resource_constraints/#memory
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.diagnosis._evidence import container

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Read the engine's own mark."""
    state = container(case)
    if state is None or not state.oom_killed:
        return None
    whole = "The container" if state.exit_code == 137 else "A process in the container"  # noqa: PLR2004 - killed
    return Diagnosis(
        cause="out_of_memory",
        summary=f"{whole} was killed, because it used more memory than it may.",
        explanation=(
            "The exercise limits the container's memory. Who needs more is stopped at once (exit code "
            "137), without a message."
        ),
        fix=(
            "Let the program use less memory: read large files piece by piece, don't collect without end, "
            "start fewer workers. `docker stats` shows what a container uses."
        ),
        certainty=97,
    )
