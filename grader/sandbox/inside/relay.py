"""Passes bytes between standard streams and a Unix socket: the way in where the grader shares no folder with us.

Input comes in pieces, each after its length in four bytes. A length of nothing says that the grader's side is done,
and may still listen: not every way here can close one direction of a stream. Without it, the input's end ends all.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from contextlib import suppress

LENGTH = struct.Struct(">L")
_PIECE = 65536


def main(path: str) -> None:
    """Relay until the socket's side is done."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        threading.Thread(target=_send, args=(connection,), daemon=True).start()
        with suppress(OSError):
            while piece := connection.recv(_PIECE):
                _write(piece)


def _send(connection: socket.socket) -> None:
    with suppress(OSError):
        while len(head := _read(LENGTH.size)) == LENGTH.size:
            (left,) = LENGTH.unpack(head)
            if not left:
                connection.shutdown(socket.SHUT_WR)
            while left:
                piece = os.read(0, min(left, _PIECE))
                if not piece:
                    break
                connection.sendall(piece)
                left -= len(piece)
    os._exit(0)  # the other side has gone


def _read(count: int) -> bytes:
    found = b""
    while len(found) < count and (piece := os.read(0, count - len(found))):
        found += piece
    return found


def _write(piece: bytes) -> None:
    while piece:
        piece = piece[os.write(1, piece) :]


if __name__ == "__main__":
    main(sys.argv[1])
