"""The bytes of a connection, in both directions, until one deadline for them all."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

MAX_HEAD: Final = 64 * 1024
"""Bytes of status line and headers."""

Connect: TypeAlias = "Callable[[float], socket.socket]"
"""Opens a connection within so many seconds; raises OSError when nobody accepts."""


class TooMuchError(Exception):
    """Headers without an end."""


class Wire(io.RawIOBase):
    """What comes from a socket: with a timeout per read, a slow server could drip on."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end
        self.received = 0
        self.most: int | None = MAX_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_left(self._end))
        count = self._sock.recv_into(buffer)
        self.received += count
        if self.most is not None and self.received > self.most:
            raise TooMuchError
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, 4096)


def send(sock: socket.socket, data: bytes, end: float) -> None:
    """Send everything before `end` on the monotonic clock. Raises TimeoutError; over TLS `sendall` wouldn't."""
    rest = memoryview(data)
    while rest:
        sock.settimeout(_left(end))
        rest = rest[sock.send(rest) :]


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
