"""Scripts of the submission, and what their first line asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.diagnosis._copies import copied
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended

# The kernel, through runc, and then the shells: dash numbers its lines, busybox does not.
_NOT_STARTED: Final = re.compile(
    r"exec ([^\s:]+): no such file or directory"
    r"|sh: (?:\d+: |line \d+: )?(?=[^\s:]*/)([^\s:]+): (?:not found|No such file)"
)


def not_started(case: Case, ended: Ended) -> list[str]:
    """Give the scripts that are in the image and yet were 'not found': their interpreter is what is missing."""
    missing = {match[1] or match[2] for match in _NOT_STARTED.finditer(ended.output)}
    # The engine says so only of a file that is there; a shell says it of both.
    certain = {base(match[1]) for match in _NOT_STARTED.finditer(ended.output) if match[1]}
    there = {base(path) for path in copied(case)}
    names = {base(path) for path in missing} & (certain | there)
    return sorted(path for path in case.scripts if base(path) in names)


def named(case: Case, ended: Ended) -> list[str]:
    """Give the scripts whose name stands in the command."""
    words = {base(word) for part in ended.argv for word in part.split()}
    return sorted(path for path in case.scripts if base(path) in words)


def interpreter(first: bytes) -> str:
    """Give what the first line of a script asks for: `/bin/bash`, or of `/usr/bin/env python3` the `python3`."""
    words = first.split(b"\n", 1)[0].removeprefix(b"#!").decode("utf-8", "replace").split()
    if len(words) > 1 and base(words[0]) == "env":
        return next((word for word in words[1:] if not word.startswith("-")), words[0])
    return words[0] if words else ""
