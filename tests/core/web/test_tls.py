"""TLS with servers that speak it well, badly or not at all."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import Failure, Missing, TimedOut
from grader.core.web import Connect, Request, exchange
from grader.core.web.tls import look, secured, trust
from tests.support.servers import closed_port, pem, resetting, sending, serving, serving_tls

if TYPE_CHECKING:
    from grader.core.web import Reply

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def to(address: tuple[str, int]) -> Connect:
    return partial(socket.create_connection, address)


def ask(address: tuple[str, int], ca: str | None = None, timeout: float = 5) -> Reply:
    return exchange(secured(to(address), 443, ca), Request(443, tls=True), timeout)


def test_an_exchange() -> None:
    with serving_tls(sending(OK)) as address:
        assert ask(address).text == "hi"


def test_the_handshake_shows_version_and_certificate() -> None:
    with serving_tls(sending(), read=False) as address:
        found = look(to(address), 443, 5)
    assert found.version in {"1.2", "1.3"}
    assert found.certificate.subject == "CN=localhost, C=VN, O=Example School"


def test_through_the_socket_of_a_disposable_engine() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)

    def pump(connection: socket.socket) -> None:
        back = threading.Thread(target=forward, args=(connection, theirs), daemon=True)
        back.start()
        forward(theirs, connection)

    def forward(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(4096):
                sink.sendall(piece)

    with serving_tls(sending(OK)) as address, socket.create_connection(address) as connection:
        threading.Thread(target=pump, args=(connection,), daemon=True).start()
        assert exchange(secured(lambda _: ours, 443), Request(443, tls=True), 5).text == "hi"
    theirs.close()


def test_only_an_authority_that_is_named_is_trusted() -> None:
    with serving_tls(sending(OK)) as address:
        assert ask(address, pem("server")).status == 200
        with pytest.raises(Failure, match="port 443: the server's certificate is not trusted: self-signed certificate"):
            ask(address, pem("authority"))
    with serving_tls(sending(), read=False, certificate="expired") as address:
        assert look(to(address), 443, 5).certificate.days_left < 0
        with pytest.raises(Failure, match="not trusted"):
            look(to(address), 443, 5, pem("authority"))


def test_what_names_no_authority() -> None:
    for text in ("", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(ValueError, match="not a certificate in PEM"):
            trust(text)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"+OK ready\r\n" * 100])
def test_a_server_without_tls(answer: bytes) -> None:
    with (
        serving(sending(answer)) as address,
        pytest.raises(Failure, match="port 443 does not speak TLS: what it answers to a handshake is something else"),
    ):
        ask(address)


def test_a_connection_that_is_closed_was_perhaps_a_proxys() -> None:
    for talk in (sending(), resetting()):
        with serving(talk) as address, pytest.raises(Missing, match="closed during the TLS handshake"):
            ask(address)


def test_a_handshake_without_an_end() -> None:
    with serving(sending(b"", pause=2.0)) as address, pytest.raises(TimedOut, match="no end of the TLS handshake"):
        ask(address, timeout=0.3)


def test_nobody_listens() -> None:
    with pytest.raises(Missing, match="nothing answers on port 443"):
        look(to(("127.0.0.1", closed_port())), 443, 5)

    def never(_timeout: float) -> socket.socket:
        raise TimeoutError

    with pytest.raises(TimedOut, match="no connection within"):
        look(never, 443, 0.1)
