"""The program may not write, or read, a file: it runs as a user to whom the file doesn't belong.

https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied, workdir_of
from grader.diagnosis._evidence import MAX_TEXT, container, source

if TYPE_CHECKING:
    from grader.core.facts import Case

# Python, Node, the shells, and usual tools.
_DENIED: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^PermissionError: \[Errno 13\] Permission denied: '([^'\n]{1,300})'",
        r"EACCES: permission denied, (?:open|mkdir|scandir|unlink|rename|copyfile) '([^'\n]{1,300})'",
        r"^\S{0,80}sh: (?:\d+: |line \d+: )?(?:can't|cannot) create ([^\s:]{1,300}): [Pp]ermission denied",
        r"^(?:touch|mkdir|cp|tee): (?:can(?:'t|not) [a-z ]+ )?['\u2018]?([^'\u2019\s:]+)['\u2019]?: Permission denied",
    )
)
_ROOT: Final = frozenset({"", "root", "0"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a refused file in the log of a container that doesn't run as root."""
    state, image, dockerfile = container(case), case.image, source(case)
    user = (image.user if image is not None else "").partition(":")[0]
    if state is None or dockerfile is None or user in _ROOT or state.oom_killed or state.exit_code == 0:
        return None
    log = case.logs[-MAX_TEXT:]
    found = next((match for one in _DENIED if (match := one.search(log)) is not None), None)
    if found is None:
        return None
    path, who = one_line(found[1], 100), one_line(user, 40)
    place = dockerfile.effective("USER")
    since = f"USER in line {place.line} makes the container run as {who}." if place else f"The container runs as {who}."
    return Diagnosis(
        cause="no_write_permission",
        summary=f"The program was not allowed to use {path}: it runs as the user {who}.",
        explanation=(
            f"{since} What COPY, ADD, WORKDIR, VOLUME and the RUN lines above it make belongs to root, if nothing else "
            "is said, and other users may read it at most."
        ),
        fix=(
            f"Give it to {who} while the image is built: COPY --chown={who} for files, or for a folder "
            f"{_for_folder(case, path, who)}"
        ),
        line=place.line if place is not None else None,
        certainty=92 if state.exit_code else 80,
    )


def _for_folder(case: Case, path: str, who: str) -> str:
    """Write the RUN that makes a folder the user's: one that no line makes has to be made first, or chown fails."""
    dockerfile = source(case)
    if not path.startswith("/") or dockerfile is None:
        return f"RUN chown {who} FOLDER above the line with USER."
    steps = [one for stage in reversed(dockerfile.lineage()) for one in stage.instructions]
    volumes = [one for one in steps if one.name == "VOLUME"]
    mounted = next((one for one in volumes if path in one.arguments), None)
    folder = path if mounted is not None else posixpath.dirname(path)
    if folder == "/":
        return f"RUN mkdir FOLDER && chown {who} FOLDER above the line with USER, and let the program write there."
    mounted = mounted or next((one for one in volumes if folder in one.arguments), None)
    above = (
        "the line with USER" if mounted is None else f"the lines with VOLUME and USER: VOLUME in line {mounted.line}"
    )
    if mounted is not None:
        above += " makes the folder only when a container starts"
    made = any(inside.startswith(f"{folder}/") for inside in copied(case)) or workdir_of(steps) == folder
    return f"RUN {'' if made else f'mkdir -p {folder} && '}chown {who} {folder} above {above}."
