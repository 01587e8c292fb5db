"""The program looks for another service at localhost, which in a container is the container itself.

https://docs.docker.com/engine/network/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import line_of
from grader.diagnosis._evidence import MAX_TEXT, container

if TYPE_CHECKING:
    from grader.core.facts import Case

_HERE: Final = r"(?:localhost|127\.0\.0\.1|\[?::1\]?)"
# Node; psycopg and psql; the Redis client of Python; requests and urllib3; Go; curl and wget; pymysql.
_REFUSED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"ECONNREFUSED {_HERE}:(\d{{1,5}})",
        rf'connection to server at "{_HERE}"[^\n]{{0,60}}, port (\d{{1,5}}) failed: Connection refused',
        rf"connecting to {_HERE}:(\d{{1,5}})\. (?:Connection refused|Connect call failed)",
        rf"host='{_HERE}', port=(\d{{1,5}})\)[^\n]{{0,400}}Connection refused",
        rf"dial tcp {_HERE}:(\d{{1,5}}): connect: connection refused",
        rf"Failed to connect to {_HERE} port (\d{{1,5}})",
        rf"Could not connect to Redis at {_HERE}:(\d{{1,5}}): Connection refused",
        rf"[Cc]onnect call failed \('{_HERE}', (\d{{1,5}})",
    )
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a refused connection to localhost in the log, and for nothing that listens on that port there."""
    state = case.container if case.transcript is not None else container(case)
    if state is None or state.oom_killed or (state.exit_code == 0 and not state.running):
        return None
    log = case.logs[-MAX_TEXT:]
    found = next((match for one in _REFUSED if (match := one.search(log)) is not None), None)
    if found is None or any(str(one.port) == found[1] for one in case.listeners):
        return None
    port = found[1]
    own = next((one for one in case.containers if one.id == state.id), None)
    others = [one for one in case.containers if one.running and one.id != state.id]
    names = " or ".join(one_line(one.name, 60) for one in others[:3])
    besides = f" There are other containers ({names}), and they have addresses of their own." if names else ""
    return Diagnosis(
        cause="localhost_is_the_container",
        summary=f"The program asked for port {port} of localhost, where nothing listens, as its log says.",
        explanation=(
            "In a container, localhost and 127.0.0.1 are the container itself: neither your machine nor another "
            f"container.{besides}"
        ),
        fix=(
            "Put both containers on a network that you make with docker network create, and let the program use the "
            f"other one's name as the host{f': {one_line(others[0].name, 60)}' if len(others) == 1 else ''}."
            if case.transcript is not None
            else "Let the program take the address of the other service from a variable, which whoever starts the "
            "container can set, instead of localhost."
        ),
        line=line_of(case, own) if own is not None else None,
        certainty=86,
    )
