"""Files that a command looked for in vain, and where they are instead."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._scripts import not_started
from grader.diagnosis._words import base, nearest

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended

# What python, node, npm, java, busybox's sh, dash and bash say of the file they were told to run; then runc and the
# shells of a program that was named with its path.
_SAYINGS: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^\S*python[\d.]*: can't open file '([^'\n]+)': \[Errno 2\]",
        r"^Error: Cannot find module '(/[^'\n]+)'",
        r"ENOENT: no such file or directory, open '([^'\n]*/package\.json)'",
        r"^Error: Unable to access jarfile (\S+)",
        r"^\S*sh: can't open '([^'\n]+)': No such file",
        r"^\S*sh: 0: (?:cannot|can't) open (\S+?)(?:: No such file)?$",
        r"^\S*bash: (/?\S+): No such file or directory",
        r'exec: "(?=[^"\s]*/)([^"\s]+)": stat [^\s:]+: no such file or directory',
        r"^\S*sh: (?:\d+: |line \d+: )?(?=[^\s:]*/)([^\s:]+): not found",
    )
)
MAX_PATH: Final = 300
"""Longer paths are no student's."""


def wanted(case: Case, ended: Ended) -> str | None:
    """Give the path of the file that the command was to run, as it stands for in the image, if it isn't there."""
    found = next((match[1] for one in _SAYINGS if (match := one.search(ended.output)) is not None), None)
    # A script that is there, and whose interpreter is not, leaves the same words.
    if found is None or not_started(case, ended):
        return None
    workdir = case.image.workdir if case.image else ""
    path = posixpath.normpath(posixpath.join(workdir or "/", found))
    path = f"/{path.lstrip('/')}"
    return None if path in copied(case) or len(path) > MAX_PATH else path


def advice(case: Case, path: str, ended: Ended) -> tuple[str, str]:
    """Say what became of the file, and what to do."""
    name = base(path)
    there = [(inside, own) for inside, own in copied(case).items() if base(own) == name or base(inside) == name]
    if there:
        inside, own = there[0]
        return (
            f"Your {own} is in the image as {inside}.",
            f"Write {inside} in {ended.place}, or change the COPY so that the file comes to {path}.",
        )
    file = next((one for one in sorted(case.files, key=len) if base(one) == name), None)
    if file is not None:
        return (
            f"Your folder has {file}, and no COPY takes it into the image.",
            f"Add this line to the Dockerfile, {_before(ended)}: COPY {file} {path}",
        )
    similar = nearest(name, {base(one) for one in case.files})
    if similar is not None:
        return f"Your folder has no {name} either.", f"Did you mean {similar}? Correct the name in {ended.place}."
    return (
        f"No COPY brings a file of that name, and your folder has none: {one_line(_listing(case), 120)}.",
        f"Put {name} into your folder and COPY it, or correct the name in {ended.place}.",
    )


def _before(ended: Ended) -> str:
    return f"before line {ended.line}" if ended.line else "before CMD"


def _listing(case: Case) -> str:
    shown = sorted(case.files)[:6]
    return f"it has {', '.join(shown)}" if shown else "it is empty"
