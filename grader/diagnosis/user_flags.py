"""A user is made with the options of another Linux: `adduser -D` on Debian, `useradd` on Alpine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._build import failed_run, not_found, sets_path

if TYPE_CHECKING:
    from grader.core.facts import Case

_USED: Final = re.compile(r"\b(adduser|addgroup)((?: -\S{1,80}){1,9})")
# The perl script of Debian, and the program of busybox.
_OF_DEBIAN: Final = re.compile(
    r"^Option \w is ambiguous \(|^Unknown option: \w|^adduser USER GROUP$|^(?:fatal: )?adduser: Specify only one name",
    re.MULTILINE,
)
_OF_BUSYBOX: Final = re.compile(r"^(?:adduser|addgroup): (?:unrecognized|invalid) option", re.MULTILINE)
_MISSING: Final = frozenset({"addgroup", "adduser", "groupadd", "useradd", "usermod"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what adduser says of options that it doesn't have, or for a useradd that isn't there."""
    ended = failed_run(case)
    if ended is None or ended.instruction is None:
        return None
    name = not_found(ended)
    used = _USED.search(" ".join(ended.argv))
    if name in _MISSING and not sets_path(case, ended.instruction):
        summary = f"The image has no program called {name}."
        fix = (
            "On Alpine Linux and in busybox, a user is made with: adduser -D name"
            if name in {"groupadd", "useradd", "usermod"}
            else "If the image has no such program at all, USER also takes a number, which needs no user: USER 1000"
        )
    elif used is not None and _OF_DEBIAN.search(ended.output):
        summary = f"{used[1]} of this image is not the one of Alpine Linux, and doesn't take these options:{used[2]}"
        fix = f"Use what Debian and Ubuntu have, in line {ended.line}: useradd -m name (or for a group: groupadd name)"
    elif used is not None and _OF_BUSYBOX.search(ended.output):
        summary = f"{used[1]} of this image is not the one of Debian, and doesn't take these options:{used[2]}"
        fix = f"Use what Alpine Linux has, in line {ended.line}: adduser -D name (or for a group: addgroup -S name)"
    else:
        return None
    return Diagnosis(
        cause="user_flags",
        summary=summary,
        explanation="Which programs make users, and with which options, differs between kinds of Linux.",
        fix=fix,
        line=ended.line,
        certainty=93,
    )
