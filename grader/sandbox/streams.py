"""The byte streams of attached containers and of commands run in them, with deadlines and caps."""

from __future__ import annotations

import selectors
import socket
import struct
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STREAM: Final = 1024 * 1024
"""Bytes of each stream that are kept; the rest is read and dropped, so that the writer isn't held up."""
_PIECE: Final = 65536
_HEADER: Final = struct.Struct(">BxxxL")
"""Of a frame: the stream (1 stdout, 2 stderr) and its length. Engine API, "Attach to a container", stream format."""


def converse(stream: Any, stdin: bytes, wait: float) -> tuple[bytes, bytes]:
    """Send stdin and read both outputs to their end, at the same time; `wait` is the longest to sleep for either.

    Raises TimedOut at the deadline.
    """
    raw: socket.socket = getattr(stream, "_sock", stream)
    kept = {1: bytearray(), 2: bytearray()}
    frames = Frames()
    raw.setblocking(False)
    for chunk in _chunks(raw, read_already(stream), stdin, wait):
        for number, data in frames.feed(chunk):
            target = kept.get(number)
            if target is not None:
                target += data[: max(MAX_STREAM - len(target), 0)]
    return bytes(kept[1]), bytes(kept[2])


def close(stream: Any) -> None:
    """Close a stream for good; the library's own way leaves the connection to the garbage collector."""
    response = getattr(stream, "_response", None)
    if response is not None:
        response.close()
    stream.close()


def read_already(stream: Any) -> bytes:
    """Give what the HTTP library has read along with the head of the answer: it stays in that library's buffer."""
    response = getattr(stream, "_response", None)
    if response is None:
        return b""
    buffered = response.raw._fp.fp  # noqa: SLF001 - the library hands out the socket below it, and nothing else
    return bytes(buffered.peek())


def _chunks(raw: socket.socket, first: bytes, stdin: bytes, wait: float) -> Iterator[bytes]:
    """Give what arrives until the other side has closed, sending meanwhile."""
    yield first
    pending = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        selector.register(raw, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while True:
            # remaining() raises when nothing is left, so the loop ends.
            for _, events in selector.select(remaining(wait)):
                if events & selectors.EVENT_WRITE:
                    pending = _send(raw, pending)
                    if not pending:
                        selector.modify(raw, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    chunk = _receive(raw)
                    if not chunk:
                        return
                    yield chunk


def _send(raw: socket.socket, pending: memoryview) -> memoryview:
    """Send a piece, and the end after the last one; gives what is left. A reader that has gone needs no more."""
    try:
        pending = pending[raw.send(pending[:_PIECE]) :] if pending else pending
        if not pending:
            raw.shutdown(socket.SHUT_WR)
    except BlockingIOError:
        return pending
    except OSError:
        return pending[:0]
    return pending


def _receive(raw: socket.socket) -> bytes:
    try:
        return raw.recv(_PIECE)
    except ConnectionError:
        return b""


class Frames:
    """Takes the two outputs apart."""

    def __init__(self) -> None:
        self._head = b""
        self._number = 0
        self._left = 0

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """Give the number of the stream with each piece of it."""
        while chunk:
            if not self._left:
                missing = _HEADER.size - len(self._head)
                self._head, chunk = self._head + chunk[:missing], chunk[missing:]
                if len(self._head) < _HEADER.size:
                    return
                self._number, self._left = _HEADER.unpack(self._head)
                self._head = b""
            piece, chunk = chunk[: self._left], chunk[self._left :]
            self._left -= len(piece)
            if piece:
                yield self._number, piece
