"""A step of the build wrote until no space was left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import failed_run

if TYPE_CHECKING:
    from grader.core.facts import Case

_FULL: Final = re.compile(r"No space left on device|Disk quota exceeded|\[Errno 28\]|\bENOSPC\b", re.IGNORECASE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the kernel's words in what the failing step printed."""
    ended = failed_run(case)
    lines = ended.output.splitlines() if ended is not None else ()
    said = next((line for line in lines if _FULL.search(line)), None)
    if ended is None or said is None:
        return None
    return Diagnosis(
        cause="build_disk_full",
        summary=f"RUN in line {ended.line} wrote until no space was left.",
        explanation=f"A build has a limited space for its files, and so has /dev/shm. The step said: {one_line(said)}",
        fix=(
            f"Let the step in line {ended.line} write less, and not without end. "
            "What is needed only meanwhile, such as an archive, can be removed in the same RUN."
        ),
        line=ended.line,
        certainty=90,
    )
