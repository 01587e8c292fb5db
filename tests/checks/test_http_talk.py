"""Redirects, TLS, time, and many requests at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks._http_exchange import Visit
from grader.checks._http_talk import together
from grader.checks.http import Http
from grader.core.errors import Failure, Missing, SandboxError, TimedOut
from grader.core.facts import Listener
from grader.core.web import Reply, Request
from tests.support.checks import fails, make, passes, refuses
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.servers import answering, pem, sending, serving, serving_tls

if TYPE_CHECKING:
    import socket

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def moved(to: str, status: int = 302, *more: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Moved", f"Location: {to}", "Content-Length: 0", *more, "", ""]).encode()


def target(address: tuple[str, int], **fields: Any) -> FakeTarget:
    outside = [Listener("0.0.0.0", 3000)]  # noqa: S104 - a fact about a container
    return FakeTarget(containers=[FakeContainer(published={3000: address}, listening=outside, **fields)])


def http(**fields: Any) -> Http:
    made = make(Http, port=3000, **fields)
    assert isinstance(made, Http)
    return made


# --- redirects ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "redirect"),
    [
        ("/new", {"to": "/new"}),
        ("new?a=1", {"to": "/new?a=1", "status": 302}),
        ("http://localhost:3000/new", {"to": {"starts_with": "/new"}}),
        ("https://example.com/", {"to": "https://example.com/"}),
        ("/new", {}),
    ],
)
def test_a_redirect_as_expected(location: str, redirect: dict[str, Any]) -> None:
    with serving(sending(moved(location))) as address:
        passes(http(path="/old", redirect=redirect), target(address))


@pytest.mark.parametrize(
    ("answer", "redirect", "because"),
    [
        (OK, {"to": "/"}, "GET /old on port 3000: the status is 200, expected at least 300"),
        (moved("/new"), {"status": 301}, "GET /old on port 3000: the status is 302, expected 301"),
        (moved("/other"), {"to": "/new"}, "the place that the redirect leads to is '/other', expected '/new'"),
        (moved("http://example.com/new"), {"to": "/new"}, "leads to is 'http://example.com/new', expected '/new'"),
        (b"HTTP/1.1 301 Moved\r\n\r\n", {"to": "/new"}, "has the status 301, and no header Location"),
        (moved("http://["), {}, "the header Location is no address: 'http://['"),
    ],
)
def test_no_redirect_as_expected(answer: bytes, redirect: dict[str, Any], because: str) -> None:
    with serving(sending(answer)) as address:
        failure = fails(http(path="/old", redirect=redirect), target(address), because)
    assert failure.evidence[0].kind == "http"
    assert str(failure.reproduce).endswith("curl -i http://localhost:3000/old")


def hops(raw: bytes) -> bytes:
    path = raw.split(b" ")[1].decode()
    if path == "/login":
        return moved("/home", 303, "Set-Cookie: user=ada")
    if path == "/home":
        return OK if b"Cookie: user=ada" in raw else b"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n"
    if path.startswith("/countdown/"):
        left = int(path.rpartition("/")[2])
        return moved(f"/countdown/{left - 1}") if left else OK
    return moved({"/away": "http://192.0.2.1/", "/port": "http://localhost:4000/"}.get(path, path))


def test_redirects_are_followed_if_asked_for() -> None:
    with serving(answering(hops), read=False) as address:
        passes(http(path="/countdown/5", follow=True, body="hi"), target(address))
        passes(http(path="/login", method="POST", follow=True, cookies=True, body="hi"), target(address))
        failure = fails(http(path="/login", follow=True), target(address), "GET /home on port 3000: the status is 401")
        assert str(failure.reproduce).endswith("curl -i -L http://localhost:3000/login")


@pytest.mark.parametrize(
    ("path", "because"),
    [
        (
            "/countdown/6",
            "GET /countdown/6 on port 3000: after 5 redirects there is another one, to '/countdown/0'",
        ),
        ("/circle", "GET /circle on port 3000: after 5 redirects there is another one, to '/circle'"),
        ("/away", "GET /away on port 3000: the redirect leads to another server, 'http://192.0.2.1/', and isn't"),
        ("/port", "port 4000 is not published"),
    ],
)
def test_where_redirects_may_not_lead(path: str, because: str) -> None:
    with serving(answering(hops), read=False) as address:
        fails(http(path=path, follow=True), target(address), because)


def test_ports_of_the_students_machine_stay_untouched() -> None:
    own = make(Http, port=3000, path="/port", follow=True, **{"in": {"publishes": 8080}})
    with serving(answering(hops), read=False) as address:
        failure = fails(own, target(address), "port 4000 of your machine is not the one that is looked at")
    assert failure.reproduce == "curl -i -L http://localhost:8080/port"


# --- many at once ---------------------------------------------------------------------------------------------------


def test_requests_are_really_made_at_once() -> None:
    everybody = threading.Barrier(8)

    def talk(connection: socket.socket) -> None:
        everybody.wait(20)
        connection.sendall(OK)

    with serving(talk, at_once=True) as address:
        passes(http(concurrent=8, body="hi"), target(address))


def test_says_how_many_answers_were_wrong() -> None:
    lock = threading.Lock()
    left = [7]

    def talk(connection: socket.socket) -> None:
        with lock:
            left[0] -= 1
            good = left[0] >= 0
        connection.sendall(OK if good else b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")

    with serving(talk, at_once=True) as address:
        failure = fails(
            http(concurrent=10),
            target(address),
            "3 of 10 requests at once did not get the answer that is expected; "
            "the first of them: GET / on port 3000: the status is 503, expected 200",
        )
    assert failure.actual == "503"
    assert str(failure.reproduce).endswith("time (for i in $(seq 10); do curl -i http://localhost:3000/ & done; wait)")


def test_a_time_for_all_of_them() -> None:
    with serving(sending(OK)) as address:
        passes(http(concurrent=3, seconds={"at_most": 20}), target(address))
        fails(
            http(concurrent=3, seconds={"at_least": 20}),
            target(address),
            "3 times GET / on port 3000 at once: the time in seconds is 0.",
        )


def test_answers_that_never_come() -> None:
    with serving(sending(b"", pause=1.0)) as address:
        failure = fails(http(concurrent=2, within="300ms"), target(address), "2 of 2 requests at once did not get")
    assert isinstance(failure, TimedOut)


def test_nobody_answers() -> None:
    with serving(lambda _: None) as address:
        silent = FakeTarget(containers=[FakeContainer(published={3000: address})])
        failure = fails(http(concurrent=2), silent, "nothing answers on port 3000: nothing in the container listens")
    assert isinstance(failure, Missing)


def test_trouble_of_the_platform_is_no_failure() -> None:
    def trouble() -> Visit:
        raise SandboxError("no engine")

    with pytest.raises(SandboxError):
        together(2, trouble, 5)


def test_a_thread_that_does_not_end_is_given_up() -> None:
    end = threading.Event()

    def wait() -> Visit:
        end.wait(20)
        return Visit(Request(80), Reply(200, "OK", (), b""), 0)

    [one, other] = together(2, wait, 0.05)
    end.set()
    assert isinstance(one, TimedOut)
    assert isinstance(other, Failure)


# --- time, authentication, TLS --------------------------------------------------------------------------------------


def test_the_time_of_one_exchange() -> None:
    with serving(sending(OK, pause=0.05)) as address:
        passes(http(seconds={"at_most": 20}), target(address))
        failure = fails(http(seconds={"at_most": 0}), target(address), "GET / on port 3000: the time in seconds is 0.")
    assert str(failure.reproduce).endswith("time curl -i http://localhost:3000/")


def test_name_and_password() -> None:
    def door(raw: bytes) -> bytes:
        return OK if b"Authorization: Basic YWRhOnM6M2NyZXQ=\r\n" in raw else b"HTTP/1.1 401 Who\r\n\r\n"

    with serving(answering(door), read=False) as address:
        passes(http(auth={"user": "ada", "password": "s:3cret"}), target(address))
        failure = fails(http(auth={"user": "ada", "password": "no"}), target(address), "the status is 401")
    assert str(failure.reproduce).endswith("curl -i -u ada:no http://localhost:3000/")


@pytest.mark.parametrize(
    "tls",
    [
        True,
        {},
        {"ca": pem("server")},
        {
            "subject": {"contains": "CN=localhost"},
            "issuer": {"ends_with": "O=Example School"},
            "names": ["localhost", "127.0.0.1"],
            "days_left": {"at_least": 30},
            "version": {"at_least": 1.2},
        },
    ],
)
def test_over_tls(tls: object) -> None:
    # A handshake that is only looked at sends no request.
    with serving_tls(answering(lambda raw: OK if raw else b""), read=False) as address:
        passes(http(tls=tls, body="hi"), target(address))


@pytest.mark.parametrize(
    ("tls", "certificate", "because"),
    [
        ({"subject": "CN=shop"}, "server", "the subject of the certificate on port 3000 is 'CN=localhost, C=VN, O="),
        ({"names": ["x"]}, "server", "the list of names of the certificate on port 3000 does not contain 'x'"),
        ({"days_left": {"at_least": 1}}, "expired", "the number of days left of the certificate on port 3000 is -"),
        ({"version": "1.1"}, "server", "the version of TLS on port 3000 is '1."),
        (
            {"ca": pem("authority"), "subject": "x"},
            "server",
            "port 3000: the server's certificate is not trusted",
        ),
    ],
)
def test_another_certificate_than_expected(tls: dict[str, Any], certificate: str, because: str) -> None:
    with serving_tls(sending(), read=False, certificate=certificate) as address:
        failure = fails(http(tls=tls), target(address), because)
    assert failure.reproduce == (
        "openssl s_client -connect localhost:3000 </dev/null | "
        "openssl x509 -noout -subject -issuer -enddate -ext subjectAltName"
    )


def test_everything_that_is_wrong_with_it_is_told_at_once() -> None:
    with serving_tls(sending(), read=False, certificate="expired") as address:
        failure = fails(http(tls={"subject": "x", "days_left": {"at_least": 1}}), target(address), "the subject of")
    assert len(failure.message.splitlines()) == 2


def test_a_server_of_tls_that_is_asked_without() -> None:
    with serving_tls(sending(OK)) as address:
        failure = fails(
            http(), target(address), "GET / on port 3000: the connection was closed without an answer; port"
        )
    assert failure.message.endswith("; port 3000 speaks TLS, and was asked without it")
    assert (failure.expected, failure.actual) == ("a server that answers without TLS", "a server that speaks TLS")


def test_a_server_without_tls() -> None:
    with serving(sending(b"HTTP/1.1 400 Bad\r\n\r\n")) as address:
        failure = fails(http(tls=True), target(address), "port 3000 does not speak TLS")
    assert str(failure.reproduce).endswith("curl -k -i https://localhost:3000/")


def test_a_request_without_tls_to_one_with_it() -> None:
    with serving_tls(sending(), read=False) as address:
        fails(http(), target(address), "GET / on port 3000: ")


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"redirect": {"to": "/"}, "follow": True}, "redirect and follow exclude each other"),
        ({"redirect": {"to": "/"}, "status": 301}, "redirect says the status itself: redirect: {status: 301}"),
        ({"concurrent": 1}, "greater than or equal to 2"),
        ({"concurrent": 65}, "less than or equal to 64"),
        ({"auth": {"user": "a:b", "password": ""}}, "should match pattern"),
        ({"tls": {"ca": "certs/ca.pem"}}, "not a certificate in PEM"),
        ({"tls": {"days": 1}}, "Extra inputs"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Http, because, port=3000, **fields)
