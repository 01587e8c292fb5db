"""The `port` check, as a table."""

from __future__ import annotations

import pytest

from grader.checks.port import Port
from grader.core.facts import Listener
from tests.support.checks import fails, make, passes
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.servers import closed_port, resetting, sending, serving


def listens(*addresses: tuple[str, int]) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(listening=[Listener(*address) for address in addresses])])


OUTSIDE = listens(("0.0.0.0", 3000))  # noqa: S104 - a fact about a container
BOTH_FAMILIES = listens(("::", 3000))
LOOPBACK = listens(("127.0.0.1", 3000), ("::1", 3000))
ELSEWHERE = listens(("::", 8080), ("0.0.0.0", 8080), ("127.0.0.1", 3000))  # noqa: S104


@pytest.mark.parametrize("target", [OUTSIDE, BOTH_FAMILIES])
def test_passes(target: FakeTarget) -> None:
    passes(make(Port, port=3000), target)


@pytest.mark.parametrize("target", [LOOPBACK, ELSEWHERE])
def test_passes_when_closed(target: FakeTarget) -> None:
    passes(make(Port, port=3000, open=False), target)


@pytest.mark.parametrize(
    ("target", "because"),
    [
        (LOOPBACK, "nothing listens on port 3000: the container listens on 127.0.0.1:3000 and [::1]:3000 only"),
        (ELSEWHERE, "nothing listens on port 3000: the container listens on port 8080 and 127.0.0.1:3000"),
    ],
)
def test_fails(target: FakeTarget, because: str) -> None:
    failure = fails(make(Port, port=3000), target, because=because)
    assert str(failure.reproduce).startswith("docker run --rm")
    assert str(failure.reproduce).endswith("curl -v http://localhost:3000")


def test_fails_when_open() -> None:
    failure = fails(make(Port, port=3000, open=False), OUTSIDE, because="port 3000 accepts connections and should not")
    assert failure.actual == "the container listens on port 3000"


def test_fails_before_it_is_ready() -> None:
    ended = FakeContainer(
        now=make_state(status="exited", exit_code=1), stdout="started\n", stderr="Traceback", not_ready="it ended"
    )
    failure = fails(make(Port, port=3000), FakeTarget(containers=[ended]), because="it ended")
    assert failure.actual == "ended with exit code 1"
    assert [one.text for one in failure.evidence] == ["started\nTraceback"]


def test_closed_needs_a_container_that_runs() -> None:
    ended = FakeContainer(now=make_state(status="exited", exit_code=1))
    fails(make(Port, port=3000, open=False), FakeTarget(containers=[ended]), because="is not running")
    unready = FakeContainer(listening=[Listener("::", 8080)], not_ready="not ready within 10 s")
    passes(make(Port, port=3000, open=False), FakeTarget(containers=[unready]))


def test_an_unready_container_says_where_it_listens() -> None:
    waiting = FakeContainer(listening=[Listener("127.0.0.1", 3000)], not_ready="not ready within 10 s")
    failure = fails(make(Port, port=3000), FakeTarget(containers=[waiting]), because="not ready within 10 s")
    assert "127.0.0.1:3000 only" in str(failure.actual)


def probed(address: tuple[str, int]) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(published={3000: address})])


def test_tries_a_connection_where_the_engine_cannot_look() -> None:
    with serving(sending(b"220 hello\r\n"), read=False) as address:
        passes(make(Port, port=3000), probed(address))
    with serving(sending(b"", pause=1.0), read=False) as address:
        passes(make(Port, port=3000), probed(address))


def test_a_connection_that_is_closed_at_once_was_the_proxy() -> None:
    for talk in (sending(), resetting()):
        with serving(talk, read=False) as address:
            fails(make(Port, port=3000), probed(address), because="nothing in the container listens on any port")
    passes(make(Port, port=3000, open=False), probed(("127.0.0.1", closed_port())))
