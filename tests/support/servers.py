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
def serving(talk: Callable[[socket.socket], None], *, read: bool = True) -> Iterator[tuple[str, int]]:
    """Serve on a free port, one connection after the other: `talk` gets each, with its request read if `read`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_accept, args=(server, talk, read), daemon=True)
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


def _accept(server: socket.socket, talk: Callable[[socket.socket], None], read: bool) -> None:  # noqa: FBT001
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            if read:
                connection.recv(65536)
            talk(connection)


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
