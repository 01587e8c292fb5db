"""A container that an exercise describes: started once, waited for, looked at from outside."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import limit, remaining
from grader.core.errors import Failure, SandboxError, TimedOut
from grader.core.quantities import show_seconds
from grader.core.variation import Variation
from grader.core.web import Request, exchange
from grader.sandbox import inventory, outside
from grader.sandbox.containers import OurContainer, state_of
from grader.sandbox.files import ContainerFiles
from grader.sandbox.place import put
from grader.sandbox.variations import config_of, varied

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from grader.core.facts import Command, Completed, ContainerState, Entry, Listener, Process
    from grader.core.inventory import ContainerFacts
    from grader.core.specs import ContainerSpec
    from grader.sandbox.ledger import Ledger

_POLL: Final = 0.05
"""Seconds between two questions to the engine."""
_GLANCE: Final = 0.005
"""Seconds between two glances at `/proc`, which cost next to nothing."""
_SNAPSHOT: Final = 0.1
"""Seconds for which a list of processes serves one check after the other; retries come at longer intervals."""
_LOOPBACK_GRACE: Final = 1.5
"""Seconds after which a server that listens on the loopback only is not waited for any longer: it won't move."""


class Service:
    """Implements `grader.core.handles.Container` on an engine."""

    def __init__(  # noqa: PLR0917 - what a container is made of
        self,
        ledger: Ledger,
        name: str,
        spec: ContainerSpec,
        image: str,
        passwd: Callable[[], bytes],
        variation: Variation | None = None,
    ) -> None:
        variation = variation or Variation()
        spec = varied(spec, variation)
        self.name = name
        self.spec = spec
        self.stopped = False
        """Whether the grader ended it; the next check gets a new one."""
        self.processes_before: tuple[Process, ...] = ()
        """What ran in it when the grader ended it."""
        self._engine = ledger.engine
        self._passwd = passwd
        self._readiness: tuple[str | None] | None = None
        self._old_logs = (0, 0)
        self._seen: tuple[float, tuple[Process, ...]] = (float("-inf"), ())
        self._ports: dict[int, tuple[str, int]] = {}
        # A client of its own: it may be started by another thread, and the library's clients are not to be shared.
        self._container = OurContainer(ledger, config_of(spec, image, variation), ledger.engine.client())
        if variation.start:
            self._container.start()
        self._started = time.monotonic()

    @property
    def id(self) -> str:
        """The container's id."""
        return self._container.id

    def state(self) -> ContainerState:
        """Give its present state."""
        return self._container.state()

    def facts(self) -> ContainerFacts:
        """Give how it was made, and what became of it."""
        return inventory.container(self._container.inspect(), "")

    def logs(self) -> tuple[str, str]:
        """Give what it wrote to stdout and to stderr."""
        return self._container.logs()

    def processes(self) -> tuple[Process, ...]:
        """Give its processes, PID 1 first."""
        now = time.monotonic()
        if now - self._seen[0] > _SNAPSHOT:
            found = outside.processes(self._engine, self.id, self._users()) if self.state().running else ()
            self._seen = (now, found)
        return self._seen[1]

    def _users(self) -> dict[int, str]:
        return outside.users(self._passwd())

    def listeners(self, protocol: str = "tcp", *, surely: bool = False) -> tuple[Listener, ...]:
        """Give the addresses its processes listen on."""
        return self._listeners(self._container.inspect(), protocol, surely=surely)

    def _listeners(self, raw: dict[str, Any], protocol: str = "tcp", *, surely: bool = False) -> tuple[Listener, ...]:
        pid = int(raw["State"].get("Pid") or 0)
        return outside.listeners(self._engine, pid, self._container.execute, protocol, surely=surely) if pid else ()

    def connect(self, port: int, timeout: float) -> socket.socket:
        """Open a TCP connection to one of its ports.

        Raises SandboxError for an engine on another machine: its 127.0.0.1 is not this one's.
        """
        return self._engine.dial(*self._address(port), timeout)

    def _address(self, port: int) -> tuple[str, int]:
        if not self._engine.nearby:
            raise SandboxError(
                f"ports that the engine at {self._engine.address} publishes can't be reached from here",
                hint="Grade on the machine that the engine runs on.",
            )
        if port not in self.spec.publish:
            raise Failure(f"port {port} of container '{self.name}' is not published by the exercise")
        if port not in self._ports:
            self._learn_ports(self._container.inspect())
        if port not in self._ports:
            raise ConnectionRefusedError  # it is not running
        return self._ports[port]

    def _learn_ports(self, raw: dict[str, Any]) -> None:
        for key, bindings in ((raw.get("NetworkSettings") or {}).get("Ports") or {}).items():
            if bindings:
                self._ports[int(key.partition("/")[0])] = (bindings[0]["HostIp"], int(bindings[0]["HostPort"]))

    def stop(self, signal: str | None, grace: float) -> tuple[ContainerState, float]:
        """Send a signal, wait, kill when that is needed."""
        self.processes_before = self.processes()
        self.stopped = True
        self._seen = (float("-inf"), ())
        return self._container.stop(signal, grace)

    def signal(self, signal: str) -> None:
        """Send a signal."""
        self._container.signal(signal)

    def restart(self, grace: float) -> None:
        """Stop it and start it again, with its files; it gets other ports of the host, and has to get ready again."""
        self._container.stop(None, grace)
        out, err = self.logs()
        self._old_logs = (len(out), len(err))  # what it said then doesn't make it ready now
        self._readiness = None
        self._seen = (float("-inf"), ())
        self._ports = {}
        self._container.start()
        self._started = time.monotonic()

    def execute(self, command: Command) -> Completed:
        """Run a command in it."""
        state = self.state()
        if not state.running:
            raise Failure(f"container '{self.name}' is not running: it ended with exit code {state.exit_code}")
        try:
            return self._container.execute(command)
        except TimedOut:
            self.stopped = True  # killed along with the command
            raise

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        """Give what is at a path of its file system."""
        return ContainerFiles(self._engine, self.id).entry(path, follow=follow)

    def entries(self, patterns: Mapping[str, int]) -> Mapping[str, tuple[Entry, ...]]:
        """Give what matches patterns in its file system."""
        return ContainerFiles(self._engine, self.id).entries(patterns)

    def write(self, path: str, content: bytes, owner: tuple[int, int] = (0, 0)) -> None:
        """Put a file into it."""
        put(self._engine, self.id, path, content, owner)

    def remove(self) -> None:
        """Kill and remove it."""
        self._container.remove()

    def ready(self) -> str | None:
        """Wait for readiness, once; None when it was reached, else why not."""
        if self._readiness is None:
            self._readiness = (self._wait(),)
        return self._readiness[0]

    def _wait(self) -> str | None:
        try:
            with limit(self.spec.ready.within, "the time to get ready"):
                while True:
                    raw = self._container.inspect()
                    self._learn_ports(raw)
                    done, reason = self._look(raw)
                    if done:
                        return reason
                    self._pause(int(raw["State"].get("Pid") or 0))
        except TimedOut:
            return f"the container was not ready within {show_seconds(self.spec.ready.within)}: {self._missing()}"

    def _pause(self, pid: int) -> None:
        """Sleep before the next look; where the port can be seen in `/proc`, only until it opens."""
        end = time.monotonic() + remaining(_POLL)
        watched = self.spec.ready.port if self._engine.sees_sockets else None
        while time.monotonic() < end:
            time.sleep(_GLANCE)
            if watched and any(one.port == watched for one in outside.seen_listeners(self._engine, pid)):
                return

    def _look(self, raw: dict[str, Any]) -> tuple[bool, str | None]:
        """Say whether the wait is over, and why the container isn't ready if it is over without success."""
        state = state_of(raw)
        ready = self.spec.ready
        if not state.running:
            well = ready.exited and not state.error and state.status == "exited"
            return True, None if well else _ended(state)
        if ready.exited or (ready.healthy and state.health != "healthy"):
            return False, None
        if ready.log is not None and not any(
            ready.log in text[old:] for text, old in zip(self.logs(), self._old_logs, strict=True)
        ):
            return False, None
        if ready.http is not None:
            return self._answers(ready.http), None
        return self._listens(raw, ready.port) if ready.port is not None else (True, None)

    def _listens(self, raw: dict[str, Any], port: int) -> tuple[bool, str | None]:
        found = [one for one in self._listeners(raw) if one.port == port]
        if any(not one.loopback for one in found):
            return True, None
        if found and time.monotonic() - self._started > _LOOPBACK_GRACE:
            return True, f"port {port} is open inside the container only: the server listens on {found[0].address}"
        return (not self._engine.sees_sockets and self._accepts(port)), None

    def _accepts(self, port: int) -> bool:
        """Probe from here, where processes can't be seen: a reply, or a connection that stays open, counts."""
        try:
            with self.connect(port, remaining(1)) as probe:
                probe.settimeout(remaining(0.2))
                return bool(probe.recv(1))
        except TimeoutError:
            return True
        except (OSError, Failure):
            return False

    def _answers(self, path: str) -> bool:
        port = self.spec.ready.port or self.spec.publish[0]
        try:
            with limit(1, "one probe"):
                reply = exchange(partial(self.connect, port), Request(port=port, path=path), 1)
        except Failure:
            return False
        return reply.status < 500  # noqa: PLR2004 - HTTP: the server's own errors

    def _missing(self) -> str:
        ready = self.spec.ready
        if ready.exited:
            return "it is still running"
        if ready.log is not None:
            return f"its log does not say '{ready.log}'"
        if ready.healthy:
            return f"its health check says {self.state().health or 'nothing: the image has no HEALTHCHECK'}"
        if ready.http is not None:
            return f"no answer to GET {ready.http}"
        return f"nothing listens on port {ready.port}"


def _ended(state: ContainerState) -> str:
    if state.error:
        return f"the container could not be started: {state.reason}"
    memory = ", after a process in it was killed for using too much memory" if state.oom_killed else ""
    return f"the container ended at once with exit code {state.exit_code}{memory}"
