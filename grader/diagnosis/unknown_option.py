"""A command has an option that docker doesn't know: `-rm`, `--it`, `--nmae`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import intended, named, said
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(r"unknown (?:shorthand flag: '.' in (-\S{1,100})|flag: (--\S{1,100}))")
_KNOWN: Final = frozenset(
    {"--name", "--publish", "--detach", "--rm", "--env", "--volume", "--network", "--interactive", "--tty", "--mount"}
)
_BUNDLES: Final = frozenset("ditP")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the words of the docker command, in one that was about the same thing as the check."""
    for line, found in said(case, _SAID):
        if not intended(line, case):
            continue
        wrong = (found[1] or found[2]).partition("=")[0]
        right = _meant(wrong)
        return Diagnosis(
            cause="unknown_option",
            summary=f"The command {named(line)} did nothing: docker has no option {one_line(wrong)} there.",
            explanation=(
                "Options of one letter have one dash and can stand together, as in -it. "
                "Those that are a word have two, as in --name."
            ),
            fix=f"Write {right} instead of {one_line(wrong)}." if right else "Correct the option, or leave it out.",
            line=line.number,
            certainty=94,
        )
    return None


def _meant(wrong: str) -> str | None:
    bare = wrong.lstrip("-")
    if wrong.startswith("--") and bare and set(bare) <= _BUNDLES:
        return f"-{bare}"
    return nearest(f"--{bare}", _KNOWN, cutoff=0.75)
