"""A package manager asked whether to go on, and nobody can answer during a build: `-y` is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._build import failed_run

if TYPE_CHECKING:
    from grader.core.facts import Case

_ASKED: Final = re.compile(
    r"Do you want to continue\? \[Y/n\]\s{0,9}Abort|Is this ok \[y/(?:d/)?N\]:\s{0,9}Operation aborted"
)
_COMMAND: Final = re.compile(
    r"\b(apt|apt-get|aptitude|dnf|yum|microdnf) (?:-\S{1,80} ){0,9}"
    r"(install|remove|purge|upgrade|full-upgrade|dist-upgrade|autoremove|update)\b(?! -y| --yes| --assume-yes)"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the question, and for the end that came in place of an answer."""
    ended = failed_run(case)
    if ended is None or ended.instruction is None or _ASKED.search(ended.output) is None:
        return None
    commands = [one for one in _COMMAND.findall(" ".join(ended.argv)) if one != ("apt-get", "update")]
    program, what = commands[-1] if commands else ("apt-get", "install")
    return Diagnosis(
        cause="answer_missing",
        summary=f"{program} asked whether it should go on, and nobody answered.",
        explanation="Nobody can type anything during a build, so every question is answered with the end of input.",
        fix=f"Answer in advance, with -y behind {what} in line {ended.line}: {program} {what} -y",
        line=ended.line,
        certainty=95,
    )
