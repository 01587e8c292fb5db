"""`npm run` or `npm start` asks for a script that package.json doesn't have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r"^npm (?:ERR!|error) [Mm]issing script: \"?([\w:.-]{1,80})\"?", re.MULTILINE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for npm's own words."""
    ended = ended_badly(case)
    found = _SAID.search(ended.output) if ended is not None else None
    if ended is None or found is None:
        return None
    name = one_line(found[1])
    return Diagnosis(
        cause="npm_script_missing",
        summary=f"npm was to run the script '{name}', which package.json doesn't have.",
        explanation=(
            f"{ended.where[0].upper()}{ended.where[1:]} asks npm for a script. npm looks for its name under "
            '"scripts" of the package.json in the working directory.'
        ),
        fix=(
            f'Add it to package.json, for example: "scripts": {{"{name}": "node server.js"}}. '
            f"Or call in {ended.place} what it should have run."
        ),
        line=ended.line,
        certainty=94,
    )
