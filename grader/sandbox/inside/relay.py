"""Passes bytes between standard streams and a Unix socket: the way in where the grader shares no folder with us."""

from __future__ import annotations

import os
import socket
import sys
import threading

_PIECE = 65536


def main(path: str) -> None:
    """Relay until the socket's side is done."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        threading.Thread(target=_send, args=(connection,), daemon=True).start()
        while piece := connection.recv(_PIECE):
            _write(piece)


def _send(connection: socket.socket) -> None:
    while piece := os.read(0, _PIECE):
        connection.sendall(piece)
    connection.shutdown(socket.SHUT_WR)


def _write(piece: bytes) -> None:
    while piece:
        piece = piece[os.write(1, piece) :]


if __name__ == "__main__":
    main(sys.argv[1])
