"""The program ended because a file that it opens is not in the image, or not where it looks."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._missing import MAX_PATH, advice
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_OPENED: Final = re.compile(
    r"^FileNotFoundError: \[Errno 2\] No such file or directory: '([^'\n]{1,300})'"
    r"|ENOENT: no such file or directory, open '([^'\n]{1,300})'",
    re.MULTILINE,
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the error of a program that opened a file in vain."""
    ended = ended_badly(case)
    if ended is None or ended.building or "subprocess.py" in ended.output:
        return None
    found = list(_OPENED.finditer(ended.output))
    # npm's complaint of package.json is about what the container starts with.
    if not found or "npm err" in ended.output.lower():
        return None
    written = found[-1][1] or found[-1][2]
    workdir = case.image.workdir if case.image is not None else ""
    path = posixpath.normpath(posixpath.join(workdir or "/", written))
    if path in copied(case) or len(path) > MAX_PATH:
        return None
    known = any(base(one) == base(path) for one in case.files)
    inside = next((one for one in sorted(copied(case)) if base(one) == base(path)), None)
    where, fix = advice(case, path, ended)
    if inside is not None:
        fix = f"Let the program open {one_line(inside, 120)}, or copy the file to {one_line(path, 120)}."
    if inside is not None and inside.endswith(f"/{posixpath.normpath(written)}"):
        folder = inside.removesuffix(f"/{posixpath.normpath(written)}") or "/"
        fix = f"Add WORKDIR {one_line(folder, 120)} above {ended.place}: there the path that the program uses begins."
    relative = "" if written.startswith("/") else f" It asks for {one_line(written, 100)}, which begins at WORKDIR."
    return Diagnosis(
        cause="program_file_missing",
        summary=f"Your program opens {one_line(path, 120)}, which is not in the image.",
        explanation=f"{where}{relative}",
        fix=fix,
        line=ended.line,
        certainty=90 if known else 70,
    )
