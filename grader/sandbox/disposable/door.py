"""A local socket whose requests carry the grader's token: for programs that can't be told to send a header.

Buildx takes no headers from its configuration. Each connection serves one request, or one that turns into a stream of
its own, as BuildKit's do.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
from typing import TYPE_CHECKING, Final

from grader.sandbox.disposable.folders import new_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIECE: Final = 65536
_MAX_HEAD: Final = 256 * 1024
"""Bytes of a request's head; programs of ours send a few hundred."""
_END: Final = b"\r\n\r\n"


class Door:
    """Listens at a socket in a folder of its own until it is closed; `name` is that of the engine it leads to."""

    def __init__(self, target: str, headers: Mapping[str, str], name: str) -> None:
        self._target = target
        self._extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
        self._folder = new_folder(name)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._folder / "docker.sock"))
        self._listener.listen(64)
        threading.Thread(target=self._accept, name="door", daemon=True).start()

    @property
    def address(self) -> str:
        """Its address, as DOCKER_HOST takes it."""
        return f"unix://{self._folder}/docker.sock"

    def close(self) -> None:
        """Take no more connections, and remove the socket."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits at it
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine:
            request = _head(connection)
            engine.connect(self._target.removeprefix("unix://"))
            engine.sendall(_with(request, self._extra))
            there = threading.Thread(target=_pump, args=(connection, engine), daemon=True)
            there.start()
            _pump(engine, connection)
            # Nothing more will come back, so that what is still sent has nobody to read it.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            there.join()


def _head(connection: socket.socket) -> bytes:
    request = b""
    while _END not in request:
        piece = connection.recv(_PIECE)
        if not piece or len(request) > _MAX_HEAD:
            raise OSError(0, "no request")
        request += piece
    return request


def _with(request: bytes, extra: bytes) -> bytes:
    """Put headers into a request; one that doesn't change the protocol is the last of its connection."""
    head, _, rest = request.partition(_END)
    first, *lines = head.split(b"\r\n")
    if not any(line.lower().startswith(b"upgrade:") for line in lines):
        lines = [line for line in lines if not line.lower().startswith(b"connection:")]
        extra += b"Connection: close\r\n"
    return b"\r\n".join([first, *lines]) + b"\r\n" + extra + b"\r\n" + rest


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
