"""The way to a disposable engine whose host shares no file system with us: through commands run in its container.

Local sockets stand for the engine's own. Each connection to one of them becomes a program in the engine's container
that connects there, and the streams of that program carry the bytes. So it works for Docker Desktop, an engine on
another machine, and a grader that runs in a container itself.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import SandboxError
from grader.sandbox.disposable.folders import new_folder, remove_folder
from grader.sandbox.disposable.outer import FOLDER
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot
from grader.sandbox.inside.relay import LENGTH
from grader.sandbox.streams import Frames, close, read_already

if TYPE_CHECKING:
    from pathlib import Path

    from grader.sandbox.engine import Engine

WANTED: Final = "GRADER_ENGINE_RELAY"
"""Set to 1, this variable has the way through the container taken although there is a shorter one."""
_PIECE: Final = 65536


def wanted() -> bool:
    """Whether the user asks for it."""
    return os.environ.get(WANTED) == "1"


class Relay:
    """Listens at sockets in a folder of its own until it is closed."""

    def __init__(self, host: Engine, name: str) -> None:
        self._name = name
        self._host = host
        self._api = host.client()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.folder = new_folder(name)
        self._listeners = [self._listen(path) for path in (boot.SOCKET, boot.AGENT)]

    def close(self) -> None:
        """End all connections, and remove the sockets."""
        with self._lock:
            waiting, self._listeners = self._listeners, []
            for one in (*waiting, *self._open):
                # A thread that waits at it wakes up; closing alone would leave it there.
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        for one in waiting:
            one.close()
        remove_folder(self.folder)

    def _listen(self, target: Path) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self.folder / target.name))
        listener.listen(64)
        threading.Thread(target=self._accept, args=(listener, str(target)), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket, target: str) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self._carry, args=(connection, target), daemon=True).start()

    def _carry(self, connection: socket.socket, target: str) -> None:
        with connection, contextlib.suppress(OSError, SandboxError):
            with self._lock:
                self._open.add(connection)
            try:
                stream = self._run(target)
                try:
                    self._both_ways(connection, stream)
                finally:
                    close(stream)
            finally:
                with self._lock:
                    self._open.discard(connection)

    def _run(self, target: str) -> Any:
        # One at a time: the library's client is not made for several threads.
        with self._lock, translated("connecting to a disposable engine"):
            if not self._listeners:
                raise SandboxError("the way to the disposable engine is closed")
            made = self._api.exec_create(
                self._name, ["python3", "-m", "inside.relay", target], stdin=True, workdir=FOLDER
            )
            return self._api.exec_start(made["Id"], socket=True)

    def _both_ways(self, connection: socket.socket, stream: Any) -> None:
        raw: socket.socket = getattr(stream, "_sock", stream)
        raw.setblocking(False)  # for looking at what has come already
        first = read_already(stream)
        raw.setblocking(True)
        there = threading.Thread(target=_forward, args=(connection, raw), daemon=True)
        there.start()
        try:
            _back(raw, first, connection)
        finally:
            for one in (connection, raw):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            there.join()


def _forward(connection: socket.socket, raw: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := connection.recv(_PIECE):
            raw.sendall(LENGTH.pack(len(piece)) + piece)
        raw.sendall(LENGTH.pack(0))


def _back(raw: socket.socket, piece: bytes, connection: socket.socket) -> None:
    frames = Frames()
    while True:
        for number, data in frames.feed(piece):
            if number == 1:
                connection.sendall(data)
        piece = raw.recv(_PIECE)
        if not piece:
            return
