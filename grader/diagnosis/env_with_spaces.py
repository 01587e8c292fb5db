"""ENV with spaces around its `=`: the `=` belongs to the value then.

https://docs.docker.com/reference/dockerfile/#env
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import MAX_TEXT, source

if TYPE_CHECKING:
    from grader.core.facts import Case

_WRITTEN: Final = re.compile(r"ENV\s+([A-Za-z_]\w{0,80})\s+=\s*(\S{1,200})", re.IGNORECASE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for such a line, if the failure, or what the program wrote, has to do with its variable."""
    dockerfile, image = source(case), case.image
    if dockerfile is None or image is None:
        return None
    for one in (each for stage in dockerfile.lineage() for each in stage.instructions if each.name == "ENV"):
        found = _WRITTEN.fullmatch(one.text.strip())
        value = image.env.get(found[1], "") if found is not None else ""
        if found is None or not value.startswith("=") or not _shows(case, found[1], found[2], value):
            continue
        return Diagnosis(
            cause="env_with_spaces",
            summary=f"ENV in line {one.line} gives {found[1]} the value `{one_line(value, 100)}`, with the `=` in it.",
            explanation=(
                "There may be no space around the = of ENV. With one behind the name, Docker takes all that follows "
                "as the value."
            ),
            fix=f"Change line {one.line} to: ENV {found[1]}={one_line(found[2], 200)}",
            line=one.line,
            certainty=95,
        )
    return None


def _shows(case: Case, name: str, meant: str, value: str) -> bool:
    """Whether the failure speaks of the variable, or of the value that was meant, or the log of the one that it has."""
    if value in case.message or value in case.logs[-MAX_TEXT:]:
        return True
    return any(
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", case.message) for word in (name, meant.strip("\"'")) if word
    )
