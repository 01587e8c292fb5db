"""What a command of docker is to do is misspelt, or `docker` itself: `docker pul`, `dokcer run`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, MAX_OUTPUT, intended, lines, named
from grader.diagnosis._words import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.facts import Case
    from grader.core.transcript import Line

_SAID: Final = re.compile(
    r"docker: '([^'\s]{1,60})' is not a docker command"
    r"|unknown command: docker (?:(?:container|image|network|volume|system) )?(\S{1,60})"
    r"|(?:^|[:\s])([\w-]{1,60}): (?:command )?not found"
)
_PROGRAM: Final = "docker"
_KNOWN: Final = (
    *("attach", "build", "commit", "container", "cp", "create", "diff", "exec", "export", "history", "image", "images"),
    *("import", "info", "inspect", "kill", "load", "login", "logs", "network", "pause", "port", "ps", "pull", "push"),
    *("rename", "restart", "rm", "rmi", "run", "save", "search", "start", "stats", "stop", "system", "tag", "top"),
    *("unpause", "update", "version", "volume", "wait", "ls", "prune", "connect", "disconnect"),
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what docker and the shell say, first in the first command: what comes after may need it."""
    if case.kind not in {*ABOUT_CONTAINERS, "local_image", "network", "volume"}:
        return None
    for line in lines(case):
        found = None if line.succeeded else _SAID.search(line.output[-MAX_OUTPUT:])
        wrong = next((one for one in found.groups() if one), None) if found is not None else None
        if found is None or wrong is None:
            continue
        right = _meant(wrong, [_PROGRAM] if found[3] else _KNOWN)
        if right is None or not _instead(line, wrong, right, case):
            continue
        what = "there is no program" if found[3] else "docker has no command"
        return Diagnosis(
            cause="unknown_command",
            summary=f"The command {named(line)} did nothing: {what} '{one_line(wrong)}'.",
            explanation="A command must be written exactly as it is called.",
            fix=f"Write {right} instead of {one_line(wrong)}.",
            line=line.number,
            certainty=98,
        )
    return None


def _meant(wrong: str, known: Sequence[str]) -> str | None:
    """Find what was meant: the same letters in another order, or else nearly the same word."""
    mixed = [one for one in known if sorted(one) == sorted(wrong)]
    return mixed[0] if mixed else nearest(wrong, known)


def _instead(line: Line, wrong: str, right: str, case: Case) -> bool:
    """Whether the command, rightly written, was to do what the check looks for."""
    words = [right if word == wrong else word for word in line.text.split()]
    return right in words and intended(line.model_copy(update={"text": " ".join(words)}), case)
