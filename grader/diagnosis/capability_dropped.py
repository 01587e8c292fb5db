"""The program starts as root and needs one of root's rights, which the exercise's containers don't have.

https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._replay import not_replayed

if TYPE_CHECKING:
    from grader.core.facts import Case

# nginx and others in C name the call, coreutils and busybox their own name, gosu and su-exec what they are for.
_SAID: Final = re.compile(
    r"^[^\n]{0,200}?(?:\b(?P<call>chown|fchown|lchown|setuid|setgid|setgroups|initgroups)\([^)\n]{0,200}\) failed"
    r"|^(?P<tool>chown|chgrp): |\bsu-exec: (?P<exec>setgroups|setuid|setgid)|(?P<gosu>failed switching to) )"
    r"[^\n]{0,200}operation not permitted[^\n]{0,20}",
    re.MULTILINE | re.IGNORECASE,
)
_NEEDS: Final = {"setuid": ("SETUID",), "setgid": ("SETGID",), "setgroups": ("SETGID",), "initgroups": ("SETGID",)}
_ROOT: Final = frozenset({"", "root", "0"})


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a refused call of root in the log of a container that ended, where the exercise took the right away."""
    ended, image = ended_badly(case), case.image
    if ended is None or ended.building or image is None or image.user.partition(":")[0] not in _ROOT:
        return None
    found = _SAID.search(ended.output)
    if found is None:
        return None
    word = next(one for one in found.groups() if one).lower()
    needs = ("SETUID", "SETGID") if found["gosu"] else _NEEDS.get(word, ("CHOWN",))
    lacks = [one for one in needs if one not in case.given_capabilities]
    if not lacks:
        return None
    names = " and ".join(lacks)
    return Diagnosis(
        cause="capability_dropped",
        summary=f"Your program starts as root and needs the right {names}, which this exercise takes from containers.",
        explanation=(
            "Root in a container has some rights that other users lack, such as to give files away and to become "
            f"another user. Here they are taken away, so this was refused: {one_line(found[0].strip(), 160)}. "
            "With `docker run --cap-drop ALL` you see the same; without it, the program may well work."
        ),
        fix=(
            "Let the program need no such right: give its files to a user while the image is built (RUN chown), and "
            "start it as that user (USER). If the task asks for just this image, tell your instructor: the exercise "
            f"has to add {names} (cap_add)."
        ),
        line=ended.line,
        flag=not_replayed(
            f"the program needs the capability {names}, which the exercise takes away (cap_add gives it)"
        ),
        certainty=93,
    )
