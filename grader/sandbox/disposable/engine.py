"""The way to the dockerd inside a disposable engine."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining
from grader.core.errors import SandboxError
from grader.core.text import one_line
from grader.sandbox.disposable.door import Door
from grader.sandbox.engine import Engine
from grader.sandbox.inside.gatekeeper import TOKEN
from grader.sandbox.ledger import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.result import EngineInfo
    from grader.sandbox.disposable.records import Record
    from grader.sandbox.disposable.relay import Relay

MAX_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of an answer of the agent's."""


class Isolated(Engine):
    """The engine inside; every call carries the token that its gatekeeper knows."""

    mode = "isolated"

    def __init__(self, host: Engine, record: Record, relay: Relay | None = None) -> None:
        folder = relay.folder if relay is not None else Path(record.shared)
        super().__init__(f"unix://{folder}/docker.sock")
        self.place = record.place
        self.spec = record.spec
        self.host: Engine | None = host
        """The engine that this one runs in."""
        self.given_back: Callable[[Isolated], None] | None = None
        """Ends the lease, if this is one."""
        self._agent = folder / "agent.sock"
        self._headers = {TOKEN: record.token}
        self._relay = relay
        self._door: Door | None = None

    def close(self) -> None:
        """End the lease and close all connections; a Ctrl-C meanwhile waits until that is done."""
        end, self.given_back = self.given_back, None
        with uninterrupted():
            try:
                if end is not None:
                    end(self)
            finally:
                super().close()
                if self._door is not None:
                    self._door.close()
                if self._relay is not None:
                    self._relay.close()

    def _open(self, version: str | None = None) -> Any:
        # The library would ask for the version before it knows of the token.
        one = super()._open(version or self._ping())
        one.headers.update(self._headers)
        return one

    @property
    def local(self) -> bool:
        """Never: its processes have other numbers inside than here."""
        return False

    @property
    def nearby(self) -> bool:
        """Whether its published ports can be reached: always, through the agent."""
        return True

    @property
    def command_address(self) -> str:
        """A socket of its own, which adds the token."""
        if self._door is None:
            self._door = Door(self.address, self._headers, self.place.name)
        return self._door.address

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open a TCP connection from where the student's own commands run."""
        # The agent gives up first, so that its reason comes through.
        connection = self._call({"op": "dial", "host": host, "port": port, "timeout": timeout}, timeout + 1)
        try:
            answer = _answer(connection)
        except OSError:
            connection.close()
            raise
        if "error" in answer:
            connection.close()
            raise OSError(answer.get("errno") or 0, str(answer["error"]))
        connection.settimeout(timeout)
        return connection

    @property
    def sees_sockets(self) -> bool:
        """Whether `tables` can be asked: always, through the agent."""
        return True

    def tables(self, pid: int, protocol: str = "tcp") -> list[str]:
        """Give the kernel's tables of sockets for a process that the engine started; `protocol` is `tcp` or `udp`."""
        found = self.ask({"op": "tables", "pid": pid, "protocol": protocol})["tables"]
        return [str(table) for table in found]

    def ask(self, request: dict[str, Any], timeout: float = 10) -> dict[str, Any]:
        """Ask the agent something. Raises SandboxError when it doesn't answer."""
        # Not for as long as is left to whoever asks: an answer that comes late then would look like none.
        remaining(timeout)
        try:
            with self._call(request, timeout) as connection:
                answer = _answer(connection)
        except OSError as error:
            raise SandboxError(f"the disposable engine does not answer: {one_line(str(error))}") from error
        if "error" in answer:
            raise SandboxError(f"the disposable engine can't do '{request['op']}': {one_line(str(answer['error']))}")
        return answer

    def _call(self, request: dict[str, Any], timeout: float) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(str(self._agent))
            connection.sendall(json.dumps(request).encode() + b"\n")
        except OSError:
            connection.close()
            raise
        return connection

    def answers(self) -> bool:
        """Whether agent and dockerd are there; never raises."""
        return self._agent.exists() and self._ping() is not None

    def _ping(self) -> str | None:
        """Give the version of the API that the engine speaks; None: it doesn't answer."""
        path = self.address.removeprefix("unix://")
        if not os.path.exists(path):  # noqa: PTH110 - a socket
            return None
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.settimeout(5)
                probe.connect(path)
                head = "".join(f"{name}: {value}\r\n" for name, value in self._headers.items())
                probe.sendall(f"GET /_ping HTTP/1.0\r\nHost: docker\r\n{head}\r\n".encode())
                answer = probe.makefile("rb").read(4096).decode("latin-1")
        except OSError:
            return None
        status, _, fields = answer.partition("\r\n")
        named = dict(line.partition(": ")[::2] for line in fields.lower().split("\r\n"))
        return named.get("api-version") if " 200 " in status else None

    def describe(self) -> EngineInfo:
        """Give what a Result says about the engine, with the limits that hold for all of it."""
        found = super().describe()
        spec = self.spec
        limits = {
            "engine memory": f"{spec.memory} bytes, no swap",
            "engine processes": str(spec.pids),
            "engine cpu": f"{spec.cpus:g}",
            "engine disk": f"{spec.disk} bytes",
            "network": "none",
            "runtime": spec.runtime,
        }
        return found.model_copy(update={"limits": {**found.limits, **limits}})


def _answer(connection: socket.socket) -> dict[str, Any]:
    """Read one line, and not a byte more: what follows may belong to a port."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = connection.recv(65536, socket.MSG_PEEK)
        if not piece or len(line) > MAX_ANSWER:
            raise OSError(0, "no answer")
        end = piece.find(b"\n") + 1
        line += connection.recv(end or len(piece))
    found: dict[str, Any] = json.loads(line)
    return found
