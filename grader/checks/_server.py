"""What the checks of servers share: a port, perhaps TLS, the way to it, and words for when nobody answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Discriminator, Tag

from grader.checks import _container
from grader.checks._tls import Tls
from grader.core.check import Check
from grader.core.clock import remaining
from grader.core.errors import Failure, Missing
from grader.core.specs import Port, Where
from grader.core.web.tls import look, secured, speaks_tls

if TYPE_CHECKING:
    from grader.core.handles import Container
    from grader.core.web import Connect


_HANDSHAKE: Final = 1.0
"""Seconds that a server has to show that it speaks TLS."""


def _plain_or_map(value: object) -> str:
    return "map" if isinstance(value, dict | Tls) else "plain"


class Server(Check):
    """A check that talks to a port of a container."""

    port: Port
    """The port in the container; it must be published, under whichever number."""
    tls: Annotated[Annotated[bool, Tag("plain")] | Annotated[Tls, Tag("map")], Discriminator(_plain_or_map)] = False
    """Whether to speak TLS there; a map also says what is asked of [the certificate](exercise.md#servers)."""

    @property
    def known_port(self) -> int:
        """The port as the student knows it."""
        own = self.in_.publishes if isinstance(self.in_, Where) else None
        return own or self.port

    @property
    def patience(self) -> float:
        """Seconds that one conversation may take."""
        return self.within or self.timeout

    def way(self, container: Container, port: int | None = None, *, tls: bool | None = None) -> Connect:
        """Give the way to a port as the student knows it; default: the one that is asked for, as it is asked for."""
        port = port or self.known_port
        plain = partial(container.connect, self._inside(port))
        if not (bool(self.tls) if tls is None else tls):
            return plain
        return secured(plain, port, self.tls.ca if isinstance(self.tls, Tls) else None)

    def _inside(self, port: int) -> int:
        if port != self.known_port and isinstance(self.in_, Where):
            raise Failure(
                f"port {port} of your machine is not the one that is looked at, which is {self.known_port}",
                expected=f"an address with the port {self.known_port}",
                actual=f"one with the port {port}",
            )
        return self.port if port == self.known_port else port

    def look_at_certificate(self, container: Container) -> None:
        """Judge the server's certificate, if anything is asked of it."""
        if not isinstance(self.tls, Tls) or not self.tls.asks:
            return
        port = self.known_port
        try:
            session = look(self.way(container, tls=False), port, self.patience, self.tls.ca)
            self.tls.judge(port, session)
        except Failure as failure:
            failure.reproduce = _showing_certificate(port)
            raise

    def unanswered(self, container: Container, failure: Missing, port: int | None = None) -> Failure:
        """Say why nobody answers, if the container's end or what listens in it explains it."""
        # Docker's own proxy takes connections to a published port even when nothing in the container does.
        inside = self._inside(port or self.known_port)
        listeners = container.listeners()
        if self.ended(container, failure):
            return failure
        if any(one.port == inside and not one.loopback for one in listeners):
            self.other_protocol(container, failure, port)
            return failure
        return Missing(
            f"nothing answers on port {inside}: {_container.listening(listeners)}",
            expected=f"a server that listens on port {inside}, on 0.0.0.0",
            actual=failure.message,
            evidence=_container.log(container),
        )

    def other_protocol(self, container: Container, failure: Failure, port: int | None = None) -> None:
        """Say in a failure that the server speaks TLS there, if it does and wasn't asked with it."""
        port = port or self.known_port
        if not self.tls and speaks_tls(self.way(container, port, tls=False), port, remaining(_HANDSHAKE)):
            failure.message = f"{failure.message}; port {port} speaks TLS, and was asked without it"
            failure.args = (failure.message,)
            failure.expected = failure.expected or "a server that answers without TLS"
            failure.actual = "a server that speaks TLS"

    def ended(self, container: Container, failure: Failure) -> bool:
        """Say in a failure that the container ended while it was asked, if it did; says whether."""
        state = _container.settled(container, again=self.within is not None)
        return _container.meanwhile(container, failure, state)


def accepts(container: Container, port: int) -> bool:
    """Whether something in the container accepts TCP connections on a port from outside."""
    listeners = container.listeners()
    if listeners:
        return any(one.port == port and not one.loopback for one in listeners)
    return stays_open(container, port)


def stays_open(container: Container, port: int) -> bool:
    """Whether a connection gets a byte, or at least is not closed at once: then it was not the proxy's alone."""
    try:
        with container.connect(port, remaining(1.0)) as connection:
            connection.settimeout(remaining(0.5))
            try:
                return connection.recv(1) != b""
            except TimeoutError:
                return True  # a server that waits for the client to speak first
    except OSError:
        return False


def _showing_certificate(port: int) -> str:
    shown = "-subject -issuer -enddate -ext subjectAltName"
    return f"openssl s_client -connect localhost:{port} </dev/null | openssl x509 -noout {shown}"
