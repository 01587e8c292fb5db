"""The `port` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from grader.checks import _container
from grader.checks._server import accepts
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.specs import Port as PortNumber

if TYPE_CHECKING:
    from grader.core.abilities import Containers
    from grader.core.handles import Container


class Port(Check):
    """Passes if something in the container accepts TCP connections on a port from outside; with `open: false`, if not.

    What counts are the addresses on which the container's processes really listen.
    To connect to the published port would prove nothing: Docker's own proxy accepts, whether or not anything listens
    behind it.
    Where the engine can't see into containers (no address at all is found), a connection is tried:
    one that is closed at once, without a byte, was the proxy's.
    A port that should be closed needs a container that runs, not one that is ready.
    Ports that aren't published, addresses and UDP are for [listens](#listens).
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
        commands = _container.from_outside(target, self.in_, self.port, "curl -v http://localhost:{}".format)
        with _container.reproducible(*commands):
            if self.open:
                self._is_open(_container.serving(target, self.in_, expected=self._wanted))
            else:
                self._is_closed(_container.running(target, self.in_))

    @property
    def _wanted(self) -> str:
        return f"a process that listens on port {self.port}, on 0.0.0.0"

    def _is_open(self, container: Container) -> None:
        if accepts(container, self.port):
            return
        _container.alive(container, _container.settled(container, again=self.within is not None))
        listening = _container.listening(container.listeners())
        raise Missing(
            f"nothing listens on port {self.port}: {listening}",
            expected=self._wanted,
            actual=listening,
            evidence=_container.log(container),
        )

    def _is_closed(self, container: Container) -> None:
        if accepts(container, self.port):
            raise Mismatch(
                f"port {self.port} accepts connections and should not",
                expected=f"nothing listens on port {self.port}",
                actual=_container.listening(container.listeners()),
            )
