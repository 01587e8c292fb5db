"""A file that is mounted into a container isn't there: Docker makes an empty folder of that name.

https://docs.docker.com/engine/storage/bind-mounts/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, line_of, lines, meant, mentions, named, said, subcommand
from grader.diagnosis._replay import not_replayed
from grader.diagnosis._words import base, nearest

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.inventory import ContainerFacts

_SAID: Final = re.compile(r"bind source path does not exist: (\S{1,300})")
_FILE: Final = re.compile(r"[^.].*\.[A-Za-z]\w{0,9}")
"""The name of a file: with an ending."""


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a mount of what was not handed in, and was not made by a command either."""
    if case.transcript is None or case.kind not in ABOUT_CONTAINERS:
        return None
    for line, found in said(case, _SAID):
        return _explained(case, base(found[1]), named(line), line.number, made=False)
    for one in meant(case):
        source = _missing(case, one)
        if source is not None:
            number = line_of(case, one)
            return _explained(case, source, f"container '{one.name}'", number, made=True)
    return None


def _missing(case: Case, one: ContainerFacts) -> str | None:
    for mount in one.mounts:
        path = mount.source
        if mount.type != "bind" or path in case.files or not _FILE.fullmatch(base(path)):
            continue
        if any(file.startswith(f"{path}/") for file in case.files) or _made(case, path):
            continue
        return path
    return None


def _made(case: Case, path: str) -> bool:
    """Whether a command may have made it: it is named in one that runs no container."""
    return any(mentions(line.text, base(path)) and subcommand(line) not in {"run", "create"} for line in lines(case))


def _explained(case: Case, source: str, what: str, number: int | None, *, made: bool) -> Diagnosis:
    name = one_line(source, 120)
    similar = nearest(base(source), {base(one) for one in case.files})
    place = f" (line {number})" if number is not None else ""
    return Diagnosis(
        cause="bind_source_missing",
        summary=f"{what[0].upper()}{what[1:]} is to be given {name}, which is not in the folder.",
        explanation=(
            "With -v, Docker makes an empty folder where there is nothing to mount, so the container finds a folder "
            "where it wants a file. "
            if made
            else "With --mount, what is to be mounted must be there. "
        )
        + f"{name} may be on your own machine; it was not handed in.",
        fix=(
            f"Did you mean {one_line(similar, 80)}? Correct the name in -v."
            if similar is not None and similar != base(source)
            else f"Hand in {name} with your commands, or make it in a command before: touch {name}"
        ),
        line=number,
        flag=not_replayed(f"{name}, which a container is to be given{place}, is not in the submission"),
        certainty=85 if made else 93,
    )
