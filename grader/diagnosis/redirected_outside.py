"""The `>` of a command was done by the student's own shell, so the file is not in the container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import lines, mentions, named
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_COMPARES: Final = frozenset({"immutable", "isolated"})
"""Checks that look for a file in one container, and then elsewhere."""
_QUOTED: Final = re.compile(r"'[^']{0,2000}'|\"[^\"]{0,2000}\"")
_WRITES: Final = re.compile(
    r"\bdocker\s+(?:container\s+)?(?:exec|run)\s([^|;&<>]{1,2000}?)\s*>{1,2}\s*([\w./-]{1,200})\s*$"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a file that is missing in the container, and was written outside of it."""
    name = case.where.container if case.where is not None else None
    missing = case.kind == "file" or (case.kind in _COMPARES and case.message.startswith("there is no "))
    if not missing or name is None:
        return None
    for line in reversed(lines(case)):
        text = " ".join(line.text.split())
        found = _WRITES.search(_QUOTED.sub(lambda quoted: "q" * len(quoted[0]), text))
        if found is None or not mentions(text, name) or base(found[2]) not in case.message:
            continue
        return Diagnosis(
            cause="redirected_outside",
            summary=f"The file of the command {named(line)} was made on your computer, not in the container.",
            explanation=(
                "Your own shell sees the > before docker does. It puts whatever the container prints into a file "
                f"called {one_line(found[2])} outside."
            ),
            fix='Let a shell in the container do it, with quotes around the whole: sh -c "echo text > /file"',
            line=line.number,
            certainty=94,
        )
    return None
