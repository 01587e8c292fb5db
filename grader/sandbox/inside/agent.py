"""The grader's hand inside an engine container: tells the gatekeeper the rules, opens ports, reads `/proc`.

A client connects to the agent's socket, sends one line of JSON and gets one line back; after `dial` the connection is
the port's own. Students can't reach the socket: it is in no volume that their client container has.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from pathlib import Path
from typing import Any

from . import boot, upkeep
from .gatekeeper import Gatekeeper
from .policy import Rules

MAX_LINE = 1024 * 1024
"""Bytes of a request."""
MAX_TABLE = 256 * 1024
"""Bytes that are read of a file in /proc."""
_PIECE = 65536


class Agent:
    """Answers the grader."""

    def __init__(self, gatekeeper: Gatekeeper) -> None:
        self._gatekeeper = gatekeeper

    def serve(self, path: Path) -> None:
        """Take connections for ever."""
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen(64)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = json.loads(_line(connection))
                operation = getattr(self, f"op_{request.pop('op')}", None)
                answer = operation(connection, **request) if operation else {"error": "unknown operation"}
            except Exception as error:  # noqa: BLE001 - the other side is told
                answer = {"error": f"{type(error).__name__}: {error}"}
            if answer is not None:
                with contextlib.suppress(OSError):
                    connection.sendall(json.dumps(answer).encode() + b"\n")

    def op_rules(self, _: socket.socket, rules: dict[str, Any]) -> dict[str, Any]:
        """Begin an attempt: from now on students' calls are decided by these rules."""
        self._gatekeeper.reset()
        self._gatekeeper.rules = Rules.parse({**rules, "began": time.time()})
        return {"now": time.monotonic()}

    def op_close(self, _: socket.socket) -> dict[str, Any]:
        """End an attempt: from now on every call of a student is refused. Says whether one was to get out."""
        violated = self._gatekeeper.violated is not None
        self._gatekeeper.reset()
        return {"violated": violated}

    def op_wipe(self, _: socket.socket) -> dict[str, Any]:
        """Empty the work folder, and give space that was freed on the disk back to the host."""
        upkeep.wipe(boot.WORK)
        upkeep.trim()
        return {}

    def op_strangers(self, _: socket.socket, *, kill: bool = False) -> dict[str, Any]:
        """Name the processes that are not the engine's own, and kill those of containers."""
        return {"strangers": upkeep.strangers(kill=kill)}

    def op_calls(self, _: socket.socket, since: int = 0) -> dict[str, Any]:
        """Give what students' calls were, and the violation if there was one."""
        return {
            "calls": self._gatekeeper.calls(since),
            "violation": self._gatekeeper.violated,
            "now": time.monotonic(),
        }

    def op_tables(self, _: socket.socket, pid: int, protocol: str = "tcp") -> dict[str, Any]:
        """Give the kernel's tables of TCP or UDP sockets in the network of a process."""
        tables = []
        for name in ("udp", "udp6") if protocol == "udp" else ("tcp", "tcp6"):
            with contextlib.suppress(OSError), Path(f"/proc/{int(pid)}/net/{name}").open("rb") as file:
                tables.append(file.read(MAX_TABLE).decode("ascii", "replace"))
        return {"tables": tables}

    def op_disk(self, _: socket.socket) -> dict[str, Any]:
        """Give size and free bytes of the engine's disk."""
        import os

        status = os.statvfs(boot.DATA)
        return {"size": status.f_blocks * status.f_frsize, "free": status.f_bavail * status.f_frsize}

    def op_dial(self, connection: socket.socket, host: str, port: int, timeout: float) -> dict[str, Any] | None:
        """Connect to a port as a program on the student's machine would; pass on bytes until both sides are done."""
        try:
            other = socket.create_connection((host, port), timeout)
        except OSError as error:
            return {"errno": error.errno or 0, "error": str(error)}
        with other:
            other.settimeout(None)
            connection.sendall(b"{}\n")
            back = threading.Thread(target=_pump, args=(other, connection), daemon=True)
            back.start()
            _pump(connection, other)
            back.join()
        return None


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    # Half a connection may end before the other; one that was reset ends both.
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _line(connection: socket.socket) -> bytes:
    """Read up to the end of the line, and not a byte more: what follows belongs to the port."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < MAX_LINE:
        piece = connection.recv(_PIECE, socket.MSG_PEEK)
        if not piece:
            break
        end = piece.find(b"\n") + 1
        line += connection.recv(end or len(piece))
    return bytes(line)


def main() -> None:
    """Serve gatekeeper and agent."""
    config = json.loads((Path(__file__).parent.parent / "config.json").read_text())
    gatekeeper = Gatekeeper(str(config["token"]))
    boot.PLUGIN.parent.mkdir(parents=True, exist_ok=True)
    boot.AGENT.parent.mkdir(parents=True, exist_ok=True)
    gatekeeper.serve(boot.PLUGIN)
    Agent(gatekeeper).serve(boot.AGENT)


if __name__ == "__main__":
    main()
