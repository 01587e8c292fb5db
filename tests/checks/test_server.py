"""What the checks of servers say of a container that has ended, or ends while it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.http import Http
from grader.checks.listens import Listens
from grader.checks.port import Port
from grader.checks.tcp import Tcp
from grader.core.clock import limit
from grader.core.errors import TimedOut
from grader.core.facts import Listener
from grader.core.specs import ContainerSpec, Ready
from grader.diagnosis import diagnose
from tests.support.checks import fails, make
from tests.support.engine import project_in
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.servers import closed_port, resetting, sending, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.check import Check
    from grader.sandbox.project import Project

ENDED = make_state(status="exited", exit_code=3)
OUTSIDE = Listener("0.0.0.0", 80)  # noqa: S104 - a fact about a container
ASKING: list[Check] = [
    make(Http, port=80),
    make(Http, port=80, steps=[{"path": "/x"}]),
    make(Tcp, port=80, send="hi", expect="x"),
    make(Tcp, port=80, refused=True),
    make(Listens, ports=[80]),
    make(Port, port=80),
]


def of(address: tuple[str, int], **fields: Any) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(published={80: address}, stderr="no config\n", **fields)])


@pytest.mark.parametrize("check", ASKING)
def test_a_container_that_has_ended(check: Check) -> None:
    failure = fails(check, of(("127.0.0.1", closed_port()), now=ENDED), "is not running: it ended with exit code 3")
    assert (failure.expected, failure.actual) == ("a running container", "ended with exit code 3")
    assert failure.evidence[-1].text == "no config"


@pytest.mark.parametrize("check", ASKING[:3])
@pytest.mark.parametrize("listening", [[], [OUTSIDE]])
def test_a_container_that_ends_when_it_is_asked(check: Check, listening: list[Listener]) -> None:
    # The engine knows of the end a moment later than the client.
    states = [make_state(), make_state(), make_state()]
    with serving(resetting(), read=False) as address:
        failure = fails(
            check,
            of(address, listening=listening, states=states, now=ENDED),
            "; the container ended with exit code 3 meanwhile",
        )
    assert "nothing in the container listens" not in failure.message
    assert failure.actual == "ended with exit code 3"
    assert failure.evidence[-1].text == "no config"


@pytest.mark.parametrize(
    ("check", "because"),
    [
        (make(Http, port=80), "GET / on port 80: the "),  # how it breaks off is up to the kernel
        (make(Tcp, port=80, expect="more", silence="1s"), "what comes back from port 80"),
        (make(Tcp, port=80, steps=[{"expect": {"contains": "HTTP"}}, {"expect": "more"}]), "the connection was closed"),
    ],
)
def test_a_container_that_ends_in_the_middle(check: Check, because: str) -> None:
    with serving(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"), read=False) as address:
        target = of(address, listening=[OUTSIDE], states=[make_state()], now=ENDED)
        failure = fails(check, target, "; the container ended with exit code 3 meanwhile")
    assert because in failure.message


@pytest.mark.parametrize("check", [make(Listens, ports=[80]), make(Port, port=80)])
def test_a_container_that_is_about_to_end(check: Check) -> None:
    states = [make_state(), make_state()]
    target = of(("127.0.0.1", closed_port()), states=states, now=ENDED)
    fails(check, target, "the container is not running: it ended with exit code 3")


def test_who_looks_again_does_not_wait_for_the_end() -> None:
    states = [make_state(), make_state()]
    target = of(("127.0.0.1", closed_port()), states=states, now=ENDED)
    fails(make(Http, port=80, within="1s"), target, "nothing answers on port 80: nothing in the container listens")


# --- on the engine --------------------------------------------------------------------------------------------------

CRASHES = """
import os, socket, sys
if os.path.exists("/lock"):
    sys.exit("already running: /lock exists")
open("/lock", "w").close()
server = socket.create_server(("0.0.0.0", 80))
while True:
    client, _ = server.accept()
    if client.recv(1000):
        raise SystemExit("no database")
"""
DOCKERFILE = 'FROM python:3-slim\nCOPY app.py /\nCMD ["python3", "/app.py"]\n'


@pytest.fixture
def crashing(tmp_path: Path) -> Iterator[Project]:
    spec = ContainerSpec(publish=(80,), ready=Ready(port=80, within=20))
    with project_in(tmp_path, DOCKERFILE, {"app.py": CRASHES}, main=spec) as project:
        yield project


@pytest.mark.docker
def test_a_server_that_crashes_at_the_first_request(crashing: Project) -> None:
    with limit(30, "the test's limit"):
        failure = fails(make(Http, port=80), crashing, "; the container ended with exit code 1 meanwhile")
        assert "no database" in failure.evidence[-1].text
        for check in ASKING[1:]:
            failure = fails(check, crashing, "the container is not running: it ended with exit code 1")
            assert "no database" in failure.evidence[-1].text


@pytest.mark.docker
def test_a_server_that_does_not_start_twice(crashing: Project) -> None:
    check = make(Http, port=80, steps=[{"restart": True}])
    with limit(30, "the test's limit"):
        failure = fails(check, crashing, "step 1 of 1: after the restart: the container ended at once with exit code 1")
    assert isinstance(failure, TimedOut)
    assert "already running: /lock exists" in failure.evidence[-1].text
    assert failure.reproduce is not None
    assert failure.reproduce.startswith("docker run --name try ")
    assert "docker restart try; docker logs try" in failure.reproduce


@pytest.mark.docker
def test_what_has_ended_is_not_explained_as_running(tmp_path: Path) -> None:
    dockerfile = 'FROM busybox:1\nCMD ["sh", "-c", "sleep 0.3; echo no config >&2; exit 3"]\n'
    with project_in(tmp_path, dockerfile, main=ContainerSpec(publish=(80,))) as project, limit(30, "the test's limit"):
        failure = fails(make(Http, port=80), project, "ended with exit code 3")
        case = project.case("http", failure, port=80, container=None)
    assert case.container is not None
    assert case.container.exit_code == 3
    found = diagnose(case)
    assert found is None or found.cause != "not_listening"
