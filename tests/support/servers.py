"""Servers on the loopback interface that do what a test tells them to, however rude."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TLS: Final = Path(__file__).parent / "tls"


@contextmanager
def serving(
    talk: Callable[[socket.socket], None], *, read: bool = True, at_once: bool = False
) -> Iterator[tuple[str, int]]:
    """Serve on a free port: `talk` gets each connection, with its request read if `read`.

    One connection is served after the other, or with `at_once` each in a thread of its own.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                if read:
                    connection.recv(65536)
                talk(connection)

        thread = threading.Thread(target=_accept, args=(server, serve, at_once), daemon=True)
        thread.start()
        try:
            yield server.getsockname()
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@contextmanager
def serving_tls(
    talk: Callable[[socket.socket], None], *, read: bool = True, certificate: str = "server"
) -> Iterator[tuple[str, int]]:
    """Serve as `serving` does, over TLS, with one of the certificates in `tests/support/tls`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / f"{certificate}.pem", TLS / "server.key")

    def secure(connection: socket.socket) -> None:
        connection.settimeout(5)
        with context.wrap_socket(connection, server_side=True) as wrapped:
            if read:
                wrapped.recv(65536)
            talk(wrapped)
            wrapped.unwrap()

    with serving(secure, read=False) as address:
        yield address


def pem(name: str) -> str:
    """Give one of the certificates in `tests/support/tls` as text."""
    return (TLS / f"{name}.pem").read_text(encoding="ascii")


def _accept(server: socket.socket, serve: Callable[[socket.socket], None], at_once: bool) -> None:  # noqa: FBT001
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        if at_once:
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        else:
            serve(connection)


def answering(answer: Callable[[bytes], bytes]) -> Callable[[socket.socket], None]:
    """Read what comes (use it with `read=False`), and send what `answer` makes of it."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(answer(connection.recv(65536)))

    return talk


def sending(*parts: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Send parts, with a pause after each, and close."""

    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            threading.Event().wait(pause)

    return talk


def repeating(first: bytes, part: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Send `first`, then `part` again and again until the client has gone."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(part)
            threading.Event().wait(pause)

    return talk


def resetting(*parts: bytes) -> Callable[[socket.socket], None]:
    """Send parts, then reset the connection instead of closing it."""

    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return talk


def closed_port() -> int:
    """Give a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
