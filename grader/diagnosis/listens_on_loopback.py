"""The server listens on the right port, but only on the container's own loopback address.

`docker run -p` forwards to the container's network address; 127.0.0.1 in a container is that container alone:
https://docs.docker.com/engine/network/port-publishing/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import server, source, starters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

# An address as the value of an option or a setting: `--host", "127.0.0.1`, `HOST=localhost`, `-b 127.0.0.1:3000`.
_SETTING: Final = re.compile(
    r"(?i)((?:host|bind|address|addr|listen|ip|-b|-H|-p)[\"']?[ ,=:]+[\"']?)(127\.0\.0\.1|localhost|\[?::1\]?)"
)

_ASK: Final = (
    "Have the server listen on 0.0.0.0, which means every address: change the command that stands behind the image. "
    "Many servers have an option for it, such as --host or --bind."
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look at the addresses that the container's processes listen on."""
    state = server(case)
    here = [one for one in case.listeners if one.port == case.port]
    if state is None or not state.running or not here or not all(one.loopback for one in here):
        return None
    address = here[0].address
    place = next(_settings(case), None)
    return Diagnosis(
        cause="listens_on_loopback",
        summary=f"Your server listens on {address}, which is reachable only from inside the container.",
        explanation=(
            f"Inside a container, {address} means the container itself. `docker run -p` brings visitors to the "
            f"container from outside, so they knock at its other address, where nothing listens on port {case.port}."
        ),
        fix=_fix(place) if case.transcript is None else _ASK,
        line=place.line if place else None,
        certainty=96,
    )


def _settings(case: Case) -> Iterator[Instruction]:
    dockerfile = source(case)
    environment = [one for one in dockerfile.final.instructions if one.name == "ENV"] if dockerfile else []
    yield from (one for one in (*starters(case), *environment) if _SETTING.search(one.text))


def _fix(place: Instruction | None) -> str:
    if place is None:
        return (
            "Make the server listen on 0.0.0.0, which means every address. Many servers have an option for it, such as "
            "--host 0.0.0.0 or --bind 0.0.0.0, to be added to CMD; otherwise look for 127.0.0.1, localhost or "
            "`host` in its source."
        )
    changed = _SETTING.sub(r"\g<1>0.0.0.0", place.text)
    return f"Change line {place.line} to: {one_line(changed, 300)}"
