"""The program reads an environment variable that the container doesn't have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._evidence import ended_badly

if TYPE_CHECKING:
    from grader.core.facts import Case

_KEY: Final = re.compile(r"^KeyError: '([A-Za-z_]\w{0,80})'\s*\Z", re.MULTILINE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a KeyError whose traceback shows a look into `os.environ` for that key."""
    ended = ended_badly(case)
    found = _KEY.search(ended.output.strip()) if ended and not ended.building else None
    if ended is None or found is None:
        return None
    name = found[1]
    if not re.search(rf"""environ\[["']{name}["']\]""", ended.output):
        return None
    return Diagnosis(
        cause="env_missing",
        summary=f"Your program needs the environment variable {name}, which is not set in the container.",
        explanation=(
            "A container doesn't get the variables of your own machine: only those that the Dockerfile sets with ENV, "
            "and those that `docker run -e` gives."
        ),
        fix=(
            f"If {name} is a setting of yours, add a line such as `ENV {name}=value` to the Dockerfile. "
            f'Or let the program do without it: os.environ.get("{name}", "a default").'
        ),
        certainty=92,
    )
