"""A connection on which both sides speak in turn, with bounds on bytes, silence and time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from grader.core.web.wire import send

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

MAX_HEARD: Final = 64 * 1024
"""Bytes that are read in one go."""
_PAUSE: Final = 0.1
"""Seconds without a byte after which what has come is looked at: between two packets of one answer it is less."""


class Stream:
    """Hears and says, until one deadline."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end
        self.closed = False
        """Whether the other side has closed the connection."""

    def say(self, data: bytes) -> None:
        """Send bytes. Raises OSError; TimeoutError if the other side doesn't take them."""
        send(self._sock, data, self._end)

    def hear(self, enough: Callable[[bytes], bool], silence: float) -> bytes:
        """Read until what has come is enough, the other side closes, or nothing comes for `silence` seconds.

        An answer may come in pieces, so that enough is enough only in a pause.
        """
        heard, latest = bytearray(), time.monotonic()
        while not self.closed and len(heard) < MAX_HEARD and time.monotonic() < self._end:
            piece = self._piece(min(_PAUSE, silence))
            if piece:
                heard += piece
                latest = time.monotonic()
            elif (heard and enough(bytes(heard))) or time.monotonic() - latest >= silence:
                break
        return bytes(heard[:MAX_HEARD])

    def closes(self, silence: float) -> bool:
        """Wait at most `silence` seconds for the other side to close; what it says until then doesn't matter."""
        end = min(time.monotonic() + silence, self._end)
        while not self.closed and time.monotonic() < end:
            self._piece(_PAUSE)
        return self.closed

    def _piece(self, seconds: float) -> bytes:
        self._sock.settimeout(max(min(seconds, self._end - time.monotonic()), 0.001))
        try:
            piece = self._sock.recv(16_384)
        except TimeoutError:
            return b""
        except OSError:
            piece = b""
        self.closed = not piece
        return piece
