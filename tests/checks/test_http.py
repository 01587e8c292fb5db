"""The `http` check, as a table: answers come from a server on the loopback interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.http import Http
from grader.core.errors import Missing, TimedOut
from grader.core.facts import Listener
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.servers import closed_port, sending, serving

if TYPE_CHECKING:
    import socket

ANSWER = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 28\r\n\r\n"
    b'{"name": "ada", "n": [1, 2]}'
)
OUTSIDE = Listener("0.0.0.0", 3000)  # noqa: S104 - a fact about a container


def target(address: tuple[str, int], **fields: Any) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(published={3000: address}, **fields)])


def http(**fields: Any) -> Http:
    made = make(Http, port=3000, **fields)
    assert isinstance(made, Http)
    return made


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"headers": {"content-type": {"starts_with": "application/json"}}},
        {"headers": {"Server": {"not": {"contains": "nginx"}}}},
        {"body": {"contains": "ada"}},
        {"json": {"$.name": "ada", "$.n[1]": {"at_least": 2}}},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    with serving(sending(ANSWER)) as address:
        passes(http(status=201, **fields), target(address))


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"status": 200}, "GET / on port 3000: the status is 201, expected 200"),
        ({"headers": {"Content-Type": "text/html"}}, "the header Content-Type is 'application/json; charset=utf-8'"),
        ({"headers": {"Location": "/x"}}, "the answer has no header Location"),
        ({"body": {"contains": "bob"}}, "GET / on port 3000: the body does not contain 'bob'"),
        ({"json": {"$.name": "bob"}}, "GET / on port 3000: the body at $.name is 'ada', expected 'bob'"),
        ({"json": {"$.missing": 1}}, "the body has nothing at $.missing"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    with serving(sending(ANSWER)) as address:
        failure = fails(http(**{"status": 201, **fields}), target(address), because=because)
    assert failure.expected
    assert failure.actual
    assert failure.evidence[0].kind == "http"
    assert failure.reproduce == (
        "docker run --rm -p 3000:3000 IMAGE\n# then, in a second terminal:\ncurl -i http://localhost:3000/"
    )


def test_an_answer_without_headers_says_so() -> None:
    with serving(sending(b"HTTP/1.0 200 OK\r\n\r\n")) as address:
        failure = fails(http(headers={"Location": "/x"}), target(address), because="no header Location")
    assert failure.actual == "no headers at all"


@pytest.mark.parametrize(
    ("listeners", "because"),
    [
        ([Listener("127.0.0.1", 3000)], "nothing answers on port 3000: the container listens on 127.0.0.1:3000 only"),
        ([Listener("::", 8080)], "nothing answers on port 3000: the container listens on port 8080"),
        ([], "nothing answers on port 3000: nothing in the container listens on any port"),
        ([OUTSIDE], "GET / on port 3000: the connection was closed without an answer"),
    ],
)
def test_no_answer_is_explained_by_what_listens(listeners: list[Listener], because: str) -> None:
    # As Docker's proxy does for a port on which nothing listens: it accepts, and closes.
    with serving(sending()) as address:
        failure = fails(http(), target(address, listening=listeners, stdout="log"), because=because)
    assert isinstance(failure, Missing)


def test_nothing_published_there() -> None:
    fails(http(), target(("127.0.0.1", closed_port())), because="nothing answers on port 3000")
    fails(http(), FakeTarget(containers=[FakeContainer()]), because="port 3000 is not published")


def test_a_slow_answer_has_the_time_of_within() -> None:
    with serving(sending(b"HTTP", pause=1.0)) as address:
        failure = fails(http(within="200ms"), target(address), because="no complete answer within 0.2 s")
    assert isinstance(failure, TimedOut)


@pytest.mark.parametrize(
    ("where", "reproduce"),
    [
        ({"publishes": 8080}, "curl -i http://localhost:8080/"),
        (
            {"container": "main"},
            "docker port main 3000\n# then, with the port that this shows:\ncurl -i http://localhost:PORT/",
        ),
    ],
)
def test_a_container_of_the_students_own(where: dict[str, Any], reproduce: str) -> None:
    own = make(Http, port=3000, status=200, **{"in": where})
    with serving(sending(ANSWER)) as address:
        failure = fails(
            own, target(address), because=f"GET / on port {where.get('publishes', 3000)}: the status is 201"
        )
    assert failure.reproduce == reproduce


def test_fails_before_it_is_ready() -> None:
    ended = FakeContainer(now=make_state(status="exited", exit_code=3), stderr="boom", not_ready="it ended too soon")
    failure = fails(http(), FakeTarget(containers=[ended]), because="it ended too soon")
    assert failure.actual == "ended with exit code 3"
    assert [one.text for one in failure.evidence] == ["boom"]
    assert "curl" in str(failure.reproduce)


@pytest.mark.parametrize(
    ("fields", "head", "body"),
    [
        ({"request_body": "a=1"}, b"Content-Length: 3", b"a=1"),
        ({"request_json": {"a": [1]}}, b"Content-Type: application/json", b'{"a": [1]}'),
        ({"request_headers": {"X-Token": "t"}}, b"X-Token: t", b""),
    ],
)
def test_sends(fields: dict[str, Any], head: bytes, body: bytes) -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with serving(talk, read=False) as address:
        passes(http(method="POST", path="/items?x=1", **fields), target(address))
    top, _, rest = seen[0].partition(b"\r\n\r\n")
    assert top.startswith(b"POST /items?x=1 HTTP/1.1\r\n")
    assert head in top
    assert rest == body


@pytest.mark.parametrize(
    ("fields", "curl"),
    [
        ({"method": "HEAD"}, "curl -I http://localhost:3000/"),
        (
            {"method": "PUT", "path": "/a b", "request_json": {"a": 1}},
            "curl -i -X PUT -H 'Content-Type: application/json' --data-raw '{\"a\": 1}' 'http://localhost:3000/a b'",
        ),
    ],
)
def test_says_how_to_see_it(fields: dict[str, Any], curl: str) -> None:
    with serving(sending(b"HTTP/1.1 500 Oops\r\n\r\n")) as address:
        failure = fails(http(**fields), target(address), because="500")
    assert str(failure.reproduce).splitlines()[-1] == curl


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"path": "no-slash"}, "path"),
        ({"path": "/a\r\nX: 1"}, "path"),
        ({"method": "get"}, "method"),
        ({"request_headers": {"A": "b\r\nc: d"}}, "request_headers"),
        ({"request_headers": {"A b": "c"}}, "request_headers"),
        ({"request_body": "a", "request_json": 1}, "exclude each other"),
        ({"json": {"name": 1}}, "'name' is not a JSONPath; write for example $.name"),
        ({"json": {"$[": 1}}, "not a JSONPath"),
        ({"json": {}}, "at least 1 item"),
        ({"steps": []}, "at least 1 item"),
        ({"path": "health"}, "a path begins with a slash; write for example /health"),
        ({"path": "/a\nb"}, "a path has no line ends"),
        ({"redirect": "/new"}, "write {to: /new}"),
        ({"seconds": "2s"}, "nothing takes exactly so long; write for example {at_most: 2s}"),
        ({"seconds": {"at_most": "2x"}}, "unknown unit 'x'"),
        ({"redirect": {"to": "/x"}, "status": 200}, "redirect says the status itself"),
        ({"restart": True}, "restart is a field of a step; write steps: [{path: /, restart: true}]"),
        ({"capture": {"id": {"json": "$.id"}}}, "capture is a field of a step; write steps: [{path: /, capture: {id:"),
        ({"status": {"equal": 200}}, "did you mean 'equals'"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Http, because, port=3000, **fields)


def test_survives_a_round_trip() -> None:
    check = http(json={"$.a": {"at_least": 1}}, headers={"A": ["x"]}, body={"contains": "y"})
    assert Http.model_validate_json(check.model_dump_json()) == check
    assert Http.model_json_schema()["properties"]["status"]["default"] == 200
