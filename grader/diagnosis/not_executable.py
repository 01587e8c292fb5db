"""A file that is to be run, and whose permissions don't allow it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._words import array, base

if TYPE_CHECKING:
    from grader.core.facts import Case

# The engine's words, then a shell's (exit code 126).
_DENIED: Final = re.compile(
    r'exec: "([^"\n]+)": permission denied|sh: (?:\d+: |line \d+: )?(\S+): Permission denied', re.IGNORECASE
)
_RUNNERS: Final = {"py": "python", "js": "node", "sh": "sh", "rb": "ruby", "php": "php"}
_CANNOT_EXECUTE: Final = 126


def diagnose(case: Case) -> Diagnosis | None:
    """Look for exit code 126 of a file that the submission brought."""
    ended = ended_badly(case)
    found = _DENIED.search(ended.output) if ended else None
    if ended is None or found is None or (ended.exit_code != _CANNOT_EXECUTE and not found[1]):
        return None
    path = one_line(found[1] or found[2])
    name = base(path)
    # The same words stand for a directory, so only what is known to be a file counts.
    own = next((one for one in copied(case).values() if base(one) == name), None)
    if own is None:
        return None
    runner = _RUNNERS.get(name.rsplit(".", 1)[-1])
    other = f" Or start it as {array([runner, path])}." if runner else ""
    return Diagnosis(
        cause="not_executable",
        summary=f"{own} may not be run: it is not marked as executable.",
        explanation=(
            "Linux runs a file only if its permissions say so (`x` in `ls -l`), and COPY keeps them as they are. "
            "Files made on Windows, or unpacked from a zip, have none."
        ),
        fix=f"Write --chmod=755 after COPY where {own} is copied, or RUN chmod +x {path} before {ended.place}.{other}",
        line=ended.line,
        certainty=95,
    )
