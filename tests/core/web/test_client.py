"""The HTTP client against servers that are rude in every way that comes to mind."""

from __future__ import annotations

import socket
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from grader.core import clock
from grader.core.errors import Failure, Missing, TimedOut
from grader.core.web import MAX_BODY, Connect, Reply, Request, exchange
from grader.core.web.wire import Wire
from tests.support.servers import closed_port, repeating, resetting, sending, serving

if TYPE_CHECKING:
    from collections.abc import Callable

OK = b"HTTP/1.1 200 OK\r\n"


def to(address: tuple[str, int]) -> Connect:
    return partial(socket.create_connection, address)


def ask(talk: Callable[[socket.socket], None], request: Request | None = None, timeout: float = 5.0) -> Reply:
    with serving(talk) as address:
        return exchange(to(address), request or Request(3000), timeout)


def test_reads_status_headers_and_body() -> None:
    reply = ask(sending(OK + b"Content-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello, and more"))
    assert (reply.status, reply.reason, reply.body, reply.truncated) == (200, "OK", b"hello", False)
    assert reply.header("x-A") == "1, 2"
    assert reply.header("absent") is None


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        pytest.param(b"\r\nuntil closed", b"until closed", id="no length"),
        pytest.param(b"Content-Length: nonsense\r\n\r\nabc", b"abc", id="a length that is no number"),
        pytest.param(b"Content-Length: -5\r\n\r\nabc", b"abc", id="a negative length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", id="chunked"),
        pytest.param(b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", b"\x1f\x8b\x08", id="gzip"),
    ],
)
def test_finds_the_end_of_a_body(answer: bytes, body: bytes) -> None:
    assert ask(sending(OK + answer)).body == body


def test_sends_what_a_person_would() -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")

    request = Request(80, "/a b?q=ü", "POST", {"host": "web", "X-Token": "t"}, b"body")
    with serving(talk, read=False) as address:
        assert exchange(to(address), request, 5).status == 204
    head, body = seen[0].split(b"\r\n\r\n")
    assert head.splitlines()[0] == b"POST /a%20b?q=%C3%BC HTTP/1.1"
    assert {b"host: web", b"X-Token: t", b"Content-Length: 4", b"User-Agent: curl/8.7.1"} <= set(head.splitlines())
    assert body == b"body"
    assert "grader" not in head.decode().lower()


def test_names_localhost_as_a_browser_does() -> None:
    assert "Host: localhost:3000" in Request(3000).lines()
    assert not any(line.startswith("Content-Length") for line in Request(3000).lines())


def test_head_has_no_body() -> None:
    assert ask(sending(OK + b"Content-Length: 5\r\n\r\n"), Request(3000, method="HEAD")).body == b""


def test_no_redirect_is_followed() -> None:
    reply = ask(sending(b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/elsewhere\r\nContent-Length: 0\r\n\r\n"))
    assert (reply.status, reply.header("location")) == (302, "http://192.0.2.1/elsewhere")


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert ask(sending(OK + b"Content-Length: 0\r\n\r\n")).status == 200


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        pytest.param(b"", "closed without an answer", id="nothing"),
        pytest.param(b"-ERR unknown command\r\n", "is not HTTP: it starts with '-ERR unknown command'", id="no HTTP"),
        pytest.param(b"\x00\xff\x1b[2J\r\n\r\n", "is not HTTP", id="bytes"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", "is not HTTP", id="status is no number"),
        pytest.param(b"HTTP/1.1 99999 OK\r\n\r\n", "is not HTTP", id="status out of range"),
        pytest.param(b"HTTP/7 200 OK\r\n\r\n", "malformed", id="unknown version"),
        pytest.param(OK + b"A: " + b"b" * 70_000, "headers of the answer have no end", id="a long header"),
        pytest.param(OK + b"A: b\r\n" * 200 + b"\r\n", "malformed", id="many headers"),
        pytest.param(OK + b"Content-Length: 10\r\n\r\nabc", "promises 10 bytes, and only 3 came", id="too short"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "chunks are malformed", id="bad chunk size"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc", "ends in the middle", id="negative chunk"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc", "ends in the middle", id="short chunk"),
    ],
)
def test_malformed_answers_are_failures(answer: bytes, because: str) -> None:
    with pytest.raises(Failure) as caught:
        ask(sending(answer))
    assert because in caught.value.message
    assert "\x1b" not in caught.value.message


def test_a_header_without_an_end_is_cut() -> None:
    with pytest.raises(Failure, match="headers of the answer"):
        ask(repeating(OK + b"A: ", b"b" * 4096))


def test_endless_continue_is_cut() -> None:
    with pytest.raises(Failure, match="have no end"):
        ask(repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100))


def test_an_endless_body_is_cut() -> None:
    reply = ask(repeating(OK + b"\r\n", b"x" * 65536))
    assert (len(reply.body), reply.truncated) == (MAX_BODY, True)
    assert "cut after" in reply.evidence(Request(3000)).text


def test_an_endless_chunked_body_is_cut() -> None:
    reply = ask(repeating(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"))
    assert reply.truncated


@pytest.mark.parametrize("first", [b"HTTP", OK + b"A: ", OK + b"\r\n"], ids=["status", "header", "body"])
def test_a_slow_drip_meets_the_deadline(first: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(TimedOut, match=r"no complete answer within .* bytes of it came"):
        ask(repeating(first, b"x", pause=0.02), timeout=0.3)
    assert time.monotonic() - started < 3


def test_silence_meets_the_deadline_of_the_check() -> None:
    with clock.limit(0.3, "the check's limit"), pytest.raises(TimedOut, match="not one byte"):
        ask(sending(b"", pause=1.0), timeout=20)


def test_the_deadline_holds_while_bytes_keep_coming() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"more")
        with pytest.raises(TimeoutError):
            Wire(ours, time.monotonic() - 1).read(1)


def test_a_request_that_nobody_reads_meets_the_deadline() -> None:
    with (
        serving(sending(b"", pause=1.0), read=False) as address,
        pytest.raises(TimedOut, match="not one byte"),
    ):
        exchange(to(address), Request(3000, method="POST", body=b"x" * 50_000_000), 0.3)


def test_a_reset_is_a_failure() -> None:
    with pytest.raises(Failure, match=r"closed without an answer|broke"):
        ask(resetting())
    with pytest.raises(Failure, match="broke in the middle"):
        ask(resetting(OK + b"Content-Length: 100\r\n\r\nabc"))


def test_a_reset_before_the_connection_is_ours() -> None:
    def reset(timeout: float) -> socket.socket:
        raise ConnectionResetError(timeout)

    with pytest.raises(Missing, match="closed without an answer"):
        exchange(reset, Request(3000), 5)


def test_an_answer_before_the_request_was_read_counts() -> None:
    with serving(sending(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", pause=0.2), read=False) as address:
        assert exchange(to(address), Request(3000), 5).status == 413


def test_nobody_listens() -> None:
    with pytest.raises(Missing, match="nothing answers on port 3000"):
        exchange(to(("127.0.0.1", closed_port())), Request(3000), 5)


def test_no_connection_in_time() -> None:
    def never(_timeout: float) -> socket.socket:
        raise TimeoutError

    with pytest.raises(TimedOut, match="no connection"):
        exchange(never, Request(80), 0.1)


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain; charset=ISO-8859-1", "Ã¼"),
        ('text/html; charset="utf-8"', "ü"),
        ("text/html; charset=punycode", "ü"),
        ("text/html; charset=no such thing", "ü"),
        ("", "ü"),
    ],
)
def test_text_in_the_named_charset(content_type: str, text: str) -> None:
    assert Reply(200, "OK", (("Content-Type", content_type),), "ü".encode()).text == text


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert Reply(200, "OK", (), b"\xff").text == "\ufffd"


def test_evidence_shows_the_exchange() -> None:
    request = Request(3000, "/missing", headers={"X-Id": "7", "host": "shop.example"})
    evidence = Reply(404, "Not Found", (("Server", "x"),), b"gone").evidence(request)
    assert evidence.title == "GET /missing on port 3000"
    # Not the headers that are always the same.
    sent = "> GET /missing HTTP/1.1\n> host: shop.example\n> X-Id: 7\n"
    assert evidence.text == f"{sent}< 404 Not Found\n< Server: x\n\ngone"
