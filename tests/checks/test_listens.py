"""The `listens` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.listens import Listens
from grader.core.errors import SandboxError
from grader.core.facts import Listener, Process
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget

ALL = "0.0.0.0"  # noqa: S104 - a fact about a container
APP = Process(pid=4711, user="app", argv="python3 app.py", uid=1000)


def target(*addresses: tuple[str, int], udp: tuple[tuple[str, int], ...] = (), uid: int | None = 1000) -> FakeTarget:
    listening = [Listener(*one, uid) for one in addresses]
    container = FakeContainer(listening=listening, receiving=[Listener(*one) for one in udp], running=[APP])
    return FakeTarget(containers=[container])


WEB = target((ALL, 3000), ("::", 3000), ("127.0.0.1", 9000), udp=((ALL, 53),))


@pytest.mark.parametrize(
    "fields",
    [
        {"ports": [3000]},
        {"ports": [3000], "address": "any", "absent": [22, 80]},
        {"ports": [9000], "address": "loopback"},
        {"ports": [9000], "address": "127.0.0.1"},
        {"ports": [9000], "address": {"starts_with": "127."}},
        {"ports": [3000, 9000], "only": True, "user": "app"},
        {"ports": [53], "protocol": "udp", "only": True},
        {"absent": [3000], "protocol": "udp"},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Listens, **fields), WEB)


LISTENS = "the container listens on port 3000 and 127.0.0.1:9000"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"ports": [80]}, f"nothing listens on port 80: {LISTENS}"),
        ({"ports": [9000], "address": "any"}, "port 9000 is open on 127.0.0.1 only, and should be on every address of"),
        ({"ports": [3000], "address": "loopback"}, "port 3000 is open on 0.0.0.0 and ::, and should be reachable only"),
        ({"ports": [9000], "address": "127.0.0.2"}, "the address of port 9000 is '127.0.0.1', expected '127.0.0.2'"),
        ({"ports": [3000], "only": True}, f"port 9000 is open and should not be: {LISTENS}"),
        ({"only": True}, "port 3000 is open and should not be"),
        ({"absent": [9000, 22]}, f"port 9000 is open and should not be: {LISTENS}"),
        ({"ports": [3000], "user": "root"}, "the user who opened port 3000 is 'app', expected 'root'"),
        ({"ports": [3000], "protocol": "udp"}, "nothing listens on UDP port 3000: the container has the UDP ports 53"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(Listens, **fields), WEB, because)
    assert failure.expected
    assert failure.actual
    kind = "u" if fields.get("protocol") else "t"
    assert failure.reproduce == (
        "docker run --rm --name try IMAGE\n# then, in a second terminal:\n"
        f"docker run --rm --network container:try busybox netstat -ln{kind}"
    )


def test_all_that_is_wrong_is_told_at_once() -> None:
    failure = fails(make(Listens, ports=[80, 443], absent=[9000]), WEB, "nothing listens on port 80")
    assert [line.split(":")[0] for line in failure.message.splitlines()] == [
        "nothing listens on port 80",
        "nothing listens on port 443",
        "port 9000 is open and should not be",
    ]


def test_nothing_listens_at_all() -> None:
    silent = FakeTarget(containers=[FakeContainer(stdout="booting")])
    failure = fails(make(Listens, ports=[3000]), silent, "port 3000: nothing in the container listens on any port")
    assert [one.text for one in failure.evidence] == ["booting"]
    fails(make(Listens, ports=[53], protocol="udp"), silent, "UDP port 53: nothing in the container has a UDP port")
    passes(make(Listens, only=True), silent)


def test_a_user_without_a_name() -> None:
    passes(make(Listens, ports=[80], user="33"), target((ALL, 80), uid=33))
    with pytest.raises(SandboxError, match="who opened a port"):
        make(Listens, ports=[80], user="app").run(target((ALL, 80), uid=None))


def test_needs_a_container_that_is_ready_or_at_least_runs() -> None:
    unready = FakeTarget(containers=[FakeContainer(not_ready="not ready within 10 s")])
    fails(make(Listens, ports=[3000]), unready, "not ready within 10 s")
    passes(make(Listens, absent=[22]), unready)
    ended = FakeTarget(containers=[FakeContainer(now=make_state(status="exited", exit_code=1))])
    fails(make(Listens, absent=[22]), ended, "the container is not running")


def test_a_container_of_the_students_own() -> None:
    failure = fails(make(Listens, ports=[80], **{"in": {"container": "main"}}), WEB, "nothing listens on port 80")
    assert failure.reproduce == "docker run --rm --network container:main busybox netstat -lnt"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "asks for nothing: name ports, absent or only"),
        ({"absent": [22], "address": "any"}, "address and user say something about ports, and there are none"),
        ({"ports": [22], "absent": [22]}, "port 22 can't be in ports and in absent"),
        ({"ports": [22], "address": "everywhere"}, "address takes any, loopback, an address or an expectation"),
        ({"ports": [70_000]}, "less than or equal to 65535"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Listens, because, **fields)


def test_a_port_for_everybody_is_what_explanations_are_about() -> None:
    assert make(Listens, ports=[3000, 9], address="any").asked_port == 3000
    assert make(Listens, ports=[3000]).asked_port == 3000
    for fields in ({"ports": [3000], "only": True}, {"ports": [9], "address": "loopback"}, {"absent": [22]}):
        assert make(Listens, **fields).asked_port is None
    assert make(Listens, ports=[53], address="any", protocol="udp").asked_port is None
