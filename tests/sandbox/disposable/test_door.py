"""The socket that adds the token to requests."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.sandbox.disposable.door import Door

if TYPE_CHECKING:
    from collections.abc import Iterator


class Listener:
    """Takes one connection, keeps what comes up to the head's end, answers, and echoes what follows."""

    def __init__(self, path: Path) -> None:
        self.address = f"unix://{path}"
        self.heard = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen(1)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            while b"\r\n\r\n" not in self.heard:
                self.heard += connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + self.heard.partition(b"\r\n\r\n")[2].upper())
            while piece := connection.recv(4096):
                connection.sendall(piece.upper())

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    found = Listener(tmp_path / "l.sock")
    yield found
    found.close()


@pytest.fixture
def door(listener: Listener) -> Iterator[Door]:
    found = Door(listener.address, {"X-Token": "secret"}, "grader-engine-1")
    yield found
    found.close()


def say(door: Door, *pieces: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(10)
        connection.connect(door.address.removeprefix("unix://"))
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


def test_a_request_is_the_last_of_its_connection(door: Door, listener: Listener) -> None:
    answer = say(door, b"GET /info HTTP/1.1\r\nHost: docker\r\nconnection: keep-alive\r\n\r\n")
    assert answer == b"HTTP/1.1 200 OK\r\n\r\n"
    assert listener.heard == b"GET /info HTTP/1.1\r\nHost: docker\r\nX-Token: secret\r\nConnection: close\r\n\r\n"


def test_one_that_changes_the_protocol_becomes_a_stream(door: Door, listener: Listener) -> None:
    head = b"POST /grpc HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert say(door, head[:10], head[10:], b"abc").endswith(b"ABC")
    assert b"Connection: Upgrade\r\nUpgrade: h2c\r\nX-Token: secret\r\n\r\n" in listener.heard
    assert b"close" not in listener.heard


def test_nothing_stays_behind(listener: Listener) -> None:
    door = Door(listener.address, {}, "grader-engine-1")
    path = Path(door.address.removeprefix("unix://"))
    assert path.exists()
    door.close()
    assert not path.parent.exists()
