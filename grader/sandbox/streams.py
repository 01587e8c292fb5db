"""The byte streams of attached containers and of commands run in them, with deadlines and caps."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STREAM: Final = 1024 * 1024
"""Bytes of each stream that are kept; the rest is read and dropped, so that the writer isn't held up."""
_HEADER: Final = struct.Struct(">BxxxL")
"""Of a frame: the stream (1 stdout, 2 stderr) and its length. Engine API, "Attach to a container", stream format."""


def converse(stream: Any, stdin: bytes, wait: float) -> tuple[bytes, bytes]:
    """Send stdin, read both outputs to their end; `wait` is the longest for one read.

    Raises TimedOut at the deadline.
    """
    raw: socket.socket = getattr(stream, "_sock", stream)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        raw.settimeout(remaining(wait))
        if stdin:
            raw.sendall(stdin)
        raw.shutdown(socket.SHUT_WR)
    kept = {1: bytearray(), 2: bytearray()}
    for number, data in _frames(raw, wait):
        target = kept.get(number)
        if target is not None:
            target += data[: max(MAX_STREAM - len(target), 0)]
    return bytes(kept[1]), bytes(kept[2])


def _frames(raw: socket.socket, wait: float) -> Iterator[tuple[int, bytes]]:
    while header := _exactly(raw, _HEADER.size, wait):
        number, length = _HEADER.unpack(header)
        while length:
            piece = _receive(raw, min(length, 65536), wait)
            if not piece:
                return
            length -= len(piece)
            yield number, piece


def _exactly(raw: socket.socket, size: int, wait: float) -> bytes:
    data = b""
    while len(data) < size:
        piece = _receive(raw, size - len(data), wait)
        if not piece:
            return b""
        data += piece
    return data


def _receive(raw: socket.socket, size: int, wait: float) -> bytes:
    while True:
        # remaining() raises when nothing is left, so the loop ends.
        raw.settimeout(remaining(wait))
        try:
            return raw.recv(size)
        except TimeoutError:
            continue
        except ConnectionResetError:
            return b""
