"""A container that the student made, looked at from outside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.errors import Failure, SandboxError
from grader.sandbox import inventory, outside
from grader.sandbox.containers import EngineContainer
from grader.sandbox.files import ContainerFiles
from grader.sandbox.inside import boot

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from grader.core.facts import Command, Completed, ContainerState, Entry, Listener, Process
    from grader.core.inventory import ContainerFacts, Published
    from grader.sandbox.engine import Engine

_ANY = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - what containers are published on


class OwnContainer:
    """Implements `grader.core.handles.Container`; nothing of it is the grader's to start or to remove."""

    def __init__(self, engine: Engine, facts: ContainerFacts) -> None:
        self.name = facts.name
        self._facts = facts
        self._engine = engine
        self._container = EngineContainer(engine.api, facts.id)

    def state(self) -> ContainerState:
        """Give its present state."""
        return self._container.state()

    def facts(self) -> ContainerFacts:
        """Give how the student made it, and what became of it."""
        return inventory.container(self._container.inspect(), str(boot.WORK))

    def logs(self) -> tuple[str, str]:
        """Give what it wrote; nothing where the student chose to keep no log."""
        try:
            return self._container.logs()
        except SandboxError as error:
            if "does not support reading" in error.message:
                return "", ""
            raise

    def processes(self) -> tuple[Process, ...]:
        """Give its processes, PID 1 first."""
        if not self.state().running:
            return ()
        passwd = self.entry("/etc/passwd", follow=True)
        users = outside.users((passwd.content or b"") if passwd is not None else b"")
        return outside.processes(self._engine, self._facts.id, users)

    def listeners(self, protocol: str = "tcp", *, surely: bool = False) -> tuple[Listener, ...]:
        """Give the addresses its processes listen on."""
        pid = int(self._container.inspect()["State"].get("Pid") or 0)
        return outside.listeners(self._engine, pid, self._container.execute, protocol, surely=surely) if pid else ()

    def connect(self, port: int, timeout: float) -> socket.socket:
        """Open a TCP connection to one of its ports, through the port of the machine that the student gave it."""
        published = self._published(port)
        address = "127.0.0.1" if published.host_ip in _ANY else published.host_ip
        return self._engine.dial(address, published.host_port, timeout)

    def _published(self, port: int) -> Published:
        found = [one for one in self._facts.published if one.port == f"{port}/tcp"]
        if not found:
            others = ", ".join(str(one) for one in self._facts.published)
            published = f"it publishes {others}" if others else "it publishes no port"
            raise Failure(
                f"port {port} of container '{self.name}' can't be reached from outside: {published}",
                expected=f"port {port} of the container is published (-p)",
                actual=published,
                hint=f"Publish it when the container is made: docker run -p HOST_PORT:{port} …",
            )
        if not found[0].host_port:
            raise ConnectionRefusedError  # it is not running
        return found[0]

    def stop(self, signal: str | None, grace: float) -> tuple[ContainerState, float]:
        """Send a signal, wait, kill when that is needed. It stays stopped: it is the student's, and there is one."""
        return self._container.stop(signal, grace)

    def signal(self, signal: str) -> None:
        """Send a signal."""
        self._container.signal(signal)

    def restart(self, grace: float) -> None:
        """Stop it and start it again."""
        self._container.stop(None, grace)
        self._container.start()
        # A port that the student left to Docker is another one now.
        self._facts = replace(self._facts, published=inventory.published(self._container.inspect()))

    def ready(self) -> str | None:
        """Nothing says when it is ready: checks have `within` for that."""
        return None

    def execute(self, command: Command) -> Completed:
        """Run a command in it."""
        state = self.state()
        if not state.running:
            raise Failure(f"container '{self.name}' is not running: it is {state.status}")
        return self._container.execute(command)

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        """Give what is at a path of its file system."""
        return ContainerFiles(self._engine, self._facts.id).entry(path, follow=follow)

    def entries(self, patterns: Mapping[str, int]) -> Mapping[str, tuple[Entry, ...]]:
        """Give what matches patterns in its file system."""
        return ContainerFiles(self._engine, self._facts.id).entries(patterns)
