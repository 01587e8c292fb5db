"""A command lacks the name of what it is about: `docker start` alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core import lookup
from grader.core.result import Diagnosis
from grader.diagnosis._commands import mentions, named, said, would_ask

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(r"[\"']docker ([a-z ]{1,40})[\"'] requires (?:at least|exactly) (\d+) arguments?")
_BEFORE: Final = {
    "start": {"created", "exited"}, "restart": {"created", "exited"}, "unpause": {"paused"},
    "stop": {"running"}, "kill": {"running"}, "rm": {"created", "exited", "running"},
}  # fmt: skip
"""In which state a container is while the command has not been done."""
_MAKE: Final = frozenset({"run", "create", "container run", "container create"})
_NAMES: Final = {"exec": "web ls", "cp": "web:/file.txt .", "tag": "busybox:1 mine:1", "run": "busybox:1"}


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the docker command says, where the command would have changed what the check found."""
    for line, found in said(case, _SAID):
        if not _would_help(line, found[1], case):
            continue
        words = found[1].removeprefix("container ").removeprefix("image ")
        example = _NAMES.get(words, "web")
        return Diagnosis(
            cause="argument_missing",
            summary=f"The command {named(line)} did nothing: {_lacks(words, found[2])}.",
            explanation=f"docker {found[1]} needs {_needs(words, found[2])}.",
            fix=f"Add what is missing, as in: docker {found[1]} {example}",
            line=line.number,
            certainty=93,
        )
    return None


def _lacks(words: str, number: str) -> str:
    return "it doesn't say what it is about" if number == "1" or words in _MAKE else "a word is missing in it"


def _needs(words: str, number: str) -> str:
    if words == "cp":
        return "two places: what to copy, and where to"
    return f"{'a name' if number == '1' else number + ' names'} behind it"


def _would_help(line: Line, words: str, case: Case) -> bool:
    last = words.rpartition(" ")[2]
    if case.kind == "calls":
        return would_ask(line, case.asked[:1])
    if case.kind == "transcript":
        return mentions(case.message, last)
    if case.where is None or case.kind == "leftovers":
        return False
    found = lookup.matching(case.containers, case.where)
    if words in _MAKE:
        return not found
    return last in _BEFORE and any(one.status in _BEFORE[last] for one in found)
