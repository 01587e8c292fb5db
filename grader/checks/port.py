"""The `port` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from grader.checks import _container
from grader.core.check import Check
from grader.core.clock import remaining
from grader.core.errors import Mismatch, Missing
from grader.core.specs import Port as PortNumber

if TYPE_CHECKING:
    from grader.core.abilities import Container, Containers


class Port(Check):
    """Passes if something in the container accepts TCP connections on a port from outside; with `open: false`, if not.

    What counts are the addresses on which the container's processes really listen.
    To connect to the published port would prove nothing: Docker's own proxy accepts, whether or not anything listens
    behind it.
    Where the engine can't see into containers (no address at all is found), a connection is tried:
    one that is closed at once, without a byte, was the proxy's.
    A port that should be closed needs a container that runs, not one that is ready.
    """

    example: ClassVar[str] = """
    - {id: listens, kind: port, port: 3000, within: 5s}
    """

    kind: Literal["port"] = "port"
    port: PortNumber
    """The port in the container; it must be published, under whichever number."""
    open: bool = True
    """Whether it should accept connections."""

    def run(self, target: Containers) -> None:
        curl = f"curl -v http://localhost:{self.port}"
        with _container.reproducible(*_container.from_outside(target, self.in_, self.port, curl)):
            if self.open:
                self._is_open(_container.ready(target, self.in_, expected=self._wanted))
            else:
                self._is_closed(_container.running(target, self.in_))

    @property
    def _wanted(self) -> str:
        return f"a process that listens on port {self.port}, on 0.0.0.0"

    def _is_open(self, container: Container) -> None:
        if self._accepts(container):
            return
        listening = _container.listening(container.listeners())
        raise Missing(
            f"nothing listens on port {self.port}: {listening}",
            expected=self._wanted,
            actual=listening,
            evidence=_container.log(container),
        )

    def _is_closed(self, container: Container) -> None:
        if self._accepts(container):
            raise Mismatch(
                f"port {self.port} accepts connections and should not",
                expected=f"nothing listens on port {self.port}",
                actual=_container.listening(container.listeners()),
            )

    def _accepts(self, container: Container) -> bool:
        listeners = container.listeners()
        if listeners:
            return any(one.port == self.port and not one.loopback for one in listeners)
        return _stays_open(container, self.port)


def _stays_open(container: Container, port: int) -> bool:
    """Whether a connection gets a byte, or at least is not closed at once."""
    try:
        with container.connect(port, remaining(1.0)) as connection:
            connection.settimeout(remaining(0.5))
            try:
                return connection.recv(1) != b""
            except TimeoutError:
                return True  # a server that waits for the client to speak first
    except OSError:
        return False
