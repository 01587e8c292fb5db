"""Files that a RUN looked for in vain: not there, not copied, or copied too late."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended
    from grader.diagnosis._steps import Reading

# python, pip, npm, common tools and shells, each in its own words.
_NO_FILE: Final = re.compile(
    r"can't open file '([^'\n]+)'|requirements file: \[Errno 2\][^'\n]*'([^'\n]+)'|open '([^'\n]+)'$"
    r"|^(?:\S*sh: (?:\d+: )?)?(?:\w+: )?(?:can(?:'t|not) (?:access|open|read|remove|stat) )?"
    r"['\u2018]?([^\s'\u2019:]+)['\u2019]?: No such file or directory$"
    r"|sh: (?:\d+: )?(?=[^\s:]*/)([^\s:]+): not found$"
    r"|sh: can't open '([^'\n]+)'|can't cd to ([^\s:]+)|can only install with an existing (package-lock\.json)",
    re.MULTILINE,
)
MAX_PATH: Final = 300
"""Longer paths are no student's."""


def looked_for(ended: Ended) -> str | None:
    """Give the path that a step could not find, as the step wrote it."""
    found = _NO_FILE.search(ended.output)
    path = next((one for one in found.groups() if one), None) if found is not None else None
    return path if path is not None and len(path) <= MAX_PATH else None


def no_file(case: Case, ended: Ended) -> Reading:
    looked = looked_for(ended)
    if looked is None or ended.instruction is None:
        return None
    path = one_line(looked, 80)
    own = next((own for own in sorted(case.files) if base(own) == base(path)), None)
    if own is None:
        return f"At this step the image has no {path}.", "Correct the path, or let an earlier step make or COPY it."
    if own in copied(case).values():
        return (
            f"The image has no {path}: {own} is copied to another place, or in a later line than this RUN.",
            "Steps run from top to bottom: put the COPY above this RUN, and use the path it copies to.",
        )
    return (
        f"{own} is in your folder, and not yet in the image at this step.",
        f"Add a COPY of {own} above line {ended.line}.",
    )
