"""An image was to be removed while a container uses it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import named, said

if TYPE_CHECKING:
    from grader.core.facts import Case

_SAID: Final = re.compile(
    r"conflict: unable to (?:remove repository reference \"([^\"\s]{1,200})\"|delete (\S{1,200})) .{0,60}"
    r"container ([0-9a-f]{6,64}) is using|"
    r"conflict: unable to delete (\S{1,200}) .{0,60}image is being used by \w{1,20} container ([0-9a-f]{6,64})"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words about an image that is still there."""
    if case.kind not in {"local_image", "leftovers", "transcript"}:
        return None
    for line, found in said(case, _SAID):
        image, short = found[1] or found[2] or found[4], found[3] or found[5]
        one = next((one for one in case.containers if one.id.startswith(short)), None)
        if one is None or (case.kind == "local_image" and image not in case.message and one.image not in case.message):
            continue
        runs = "runs" if one.running else "has ended"
        remove = f"docker rm -f {one.name}" if one.running else f"docker rm {one.name}"
        return Diagnosis(
            cause="image_in_use",
            summary=f"The command {named(line)} did not remove the image: container '{one.name}' uses it.",
            explanation=f"Container '{one.name}' {runs}. It needs its image as long as it is there.",
            fix=f"Remove the container first: {remove}. Then: docker rmi {one_line(one.image)}",
            line=line.number,
            certainty=95,
        )
    return None
