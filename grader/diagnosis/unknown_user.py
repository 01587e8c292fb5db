"""USER names a user whom the image doesn't have.

https://docs.docker.com/reference/dockerfile/#user
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import exited, failed_build, source

if TYPE_CHECKING:
    from grader.core.facts import Case

_NO_USER: Final = re.compile(r"unable to find (user|group) (\S+): (?:no matching entries|invalid)")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the engine says of a user it can't find."""
    state, failure = exited(case), failed_build(case)
    said = state.error if state else f"{failure.message}\n{failure.output}" if failure else ""
    found = _NO_USER.search(said)
    if found is None:
        return None
    what, name = found[1], one_line(found[2], 60)
    dockerfile = source(case)
    users = [one for one in dockerfile.instructions if one.name == "USER"] if dockerfile else []
    place = next((one for one in reversed(users) if name in one.text), None)
    before = f"before line {place.line}" if place else "before USER"
    return Diagnosis(
        cause="unknown_user",
        summary=f"The image has no {what} called {name}.",
        explanation=(
            f"USER only switches to a {what}. It has to be in the image already: in its /etc/passwd or /etc/group."
        ),
        fix=(
            f"Make the {what} first, {before}: RUN {'useradd' if what == 'user' else 'groupadd'} {name} (in "
            f"busybox: add{what} -D {name})"
        ),
        line=place.line if place else None,
        certainty=96,
    )
