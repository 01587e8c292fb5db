"""The cause `health_wrong_port`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.facts import Probe
from tests.support.cases import explains, running, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "health_wrong_port"


def case(check: str, *addresses: str, code: int = 1) -> Case:
    found = running(f"FROM busybox:1; HEALTHCHECK CMD {check}; CMD x", "x", *addresses)
    assert found.container is not None
    log = (Probe(code, "wget: can't connect to remote host (127.0.0.1): Connection refused\n"),)
    return replace(found, container=replace(found.container, health_log=log))


def test_recognised() -> None:
    one = case("wget -qO- http://localhost:8080/", "0.0.0.0:3000")
    explains(CAUSE, one, "asks port 8080", "HEALTHCHECK CMD wget -qO- http://localhost:3000/", line=2)
    unsaid = case('["curl", "http://127.0.0.1/health"]', "0.0.0.0:3000")
    explains(CAUSE, unsaid, "asks port 80,", "the server's port", line=2)
    two = case("curl http://[::1]:8080", "0.0.0.0:3000", "0.0.0.0:4000")
    explains(CAUSE, two, "port 3000 and 4000", "the server's port", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case("curl http://localhost:3000", "0.0.0.0:3000"))
    silent(CAUSE, case("curl http://localhost:8080"))
    silent(CAUSE, case("curl http://localhost:8080", "0.0.0.0:3000", code=0))
    silent(CAUSE, case("curl http://db.example.org:8080", "0.0.0.0:3000"))
    silent(CAUSE, case("/check.sh", "0.0.0.0:3000"))
    silent(CAUSE, running("FROM a:1; CMD x", "x", "0.0.0.0:3000"))
