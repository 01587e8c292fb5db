"""The `tcp` check."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container
from grader.checks._server import Server, accepts
from grader.checks._turns import Turn, printf
from grader.core.clock import remaining
from grader.core.errors import Failure, Mismatch, Missing, TimedOut
from grader.core.quantities import Seconds, show_seconds
from grader.core.result import Evidence
from grader.core.web.stream import Stream

if TYPE_CHECKING:
    import socket

    from grader.core.abilities import Containers
    from grader.core.handles import Container


class Tcp(Turn, Server):
    r"""Passes if the server in the container says over a TCP connection what it should.

    The connection comes from outside the container, through the published port.
    Something is sent, and what comes back is looked at; `steps` are such turns, one after the other.
    What comes back is all that has come since the last turn.
    It is looked at whenever the server pauses, until it is as expected.
    It is judged at the latest when the connection is closed, when nothing more comes for `silence`, or after 64 KiB.
    A port that nothing accepts connections on is told from a silent one, in spite of Docker's own proxy.
    """

    example: ClassVar[str] = r"""
    - {id: pong, kind: tcp, port: 6379, send: 'PING\r\n', expect: {starts_with: +PONG}}
    - id: mail
      kind: tcp
      port: 25
      steps:
        - {expect: {starts_with: "220 "}}
        - {send: 'HELO here\r\n', expect: {starts_with: "250"}}
        - {send: 'QUIT\r\n', expect: {starts_with: "221"}}
      closes: true
    - {id: no-ssh, kind: tcp, port: 22, refused: true}
    """

    kind: Literal["tcp"] = "tcp"
    steps: Annotated[tuple[Turn, ...], Field(min_length=1, max_length=50)] | None = None
    """Turns, each with `send`, `send_hex`, `expect` and `expect_hex`; what a turn sends goes out before it listens."""
    closes: bool | None = None
    """Whether the server closes the connection in the end, within `silence`."""
    refused: bool = False
    """Nothing may accept connections on the port; this excludes the other fields."""
    silence: Annotated[Seconds, Field(gt=0, le=60)] = 2.0
    """How long nothing has to come until no more is waited for."""

    @model_validator(mode="after")
    def _says_something(self) -> Tcp:
        alone = bool(self.said) or self.asks
        if self.refused and (alone or self.steps or self.closes is not None or self.tls):
            raise ValueError("refused excludes everything that needs a connection")
        if self.steps and alone:
            raise ValueError("with steps, what is sent and expected is a matter of each step")
        if any(not step.said and not step.asks for step in self.steps or ()):
            raise ValueError("a step needs send, send_hex, expect or expect_hex")
        if not (self.refused or self.steps or self.asks or self.closes is not None):
            raise ValueError("needs expect, steps, closes or refused: 'port' says whether something listens")
        if "silence" in self.model_fields_set and self.silence >= self.patience:
            raise ValueError(f"silence must be shorter than {'timeout' if self.within is None else 'within'}")
        return self

    @property
    def _turns(self) -> tuple[Turn, ...]:
        return self.steps or (self,)

    def run(self, target: Containers) -> None:
        try:
            if self.refused:
                self._is_refused(_container.running(target, self.in_))
                return
            container = _container.serving(target, self.in_, expected=f"a server that listens on port {self.port}")
            self.look_at_certificate(container)
            self._converse(container)
        except Failure as failure:
            commands = _container.from_outside(target, self.in_, self.port, self._by_hand)
            failure.reproduce = failure.reproduce or "\n# then, in a second terminal:\n".join(commands)
            raise

    def _by_hand(self, port: str) -> str:
        """Write the command that says the same."""
        talk = f"openssl s_client -quiet -connect localhost:{port}" if self.tls else f"nc localhost {port}"
        said = [printf(turn.said) for turn in self._turns if turn.said]
        if not said:
            return talk
        # Each turn waits for an answer, and by hand there is only time to wait with.
        return f"{said[0]} | {talk}" if len(said) == 1 else f"({'; sleep 1; '.join(said)}; sleep 1) | {talk}"

    def _is_refused(self, container: Container) -> None:
        if accepts(container, self.port):
            raise Mismatch(
                f"port {self.port} accepts connections and should not",
                expected=f"nothing listens on port {self.port}",
                actual=_container.listening(container.listeners()),
            )

    def _converse(self, container: Container) -> None:
        end = time.monotonic() + remaining(self.patience)
        with self._connected(container, end) as sock:
            stream, protocol = Stream(sock, end), _Protocol(self.known_port)
            for number, turn in enumerate(self._turns, 1):
                try:
                    self._take(turn, stream, protocol, container)
                except Failure as failure:
                    if stream.closed and not isinstance(failure, Missing):
                        self.ended(container, failure)  # in the middle of what it had to say
                    if self.steps:
                        failure.message = f"step {number} of {len(self.steps)}: {failure.message}"
                    raise
            self._end(stream, protocol, container)

    def _connected(self, container: Container, end: float) -> socket.socket:
        try:
            return self.way(container)(max(end - time.monotonic(), 0.001))
        except TimeoutError:
            raise TimedOut(f"port {self.known_port}: no connection within the time limit") from None
        except OSError:
            raise self.unanswered(container, Missing(f"nothing answers on port {self.known_port}")) from None
        except Missing as failure:  # closed during the handshake
            raise self.unanswered(container, failure) from None

    def _take(self, turn: Turn, stream: Stream, protocol: _Protocol, container: Container) -> None:
        port = self.known_port
        if turn.said:
            protocol.said(turn.said)
            try:
                stream.say(turn.said)
            except TimeoutError:
                raise TimedOut(f"port {port}: the server does not take what it is sent") from None
            except OSError:
                stream.closed = True
        if not turn.asks:
            return
        heard = stream.hear(turn.holds, self.silence)
        protocol.heard(heard)
        if heard or turn.holds(heard):
            turn.judge(f"what comes back from port {port}", heard, protocol.evidence())
        elif stream.closed:
            closed = Missing(
                f"port {port}: the connection was closed, and nothing came back",
                expected=turn.words,
                actual="a closed connection",
                evidence=protocol.evidence(),
            )
            if protocol.anything:
                self.ended(container, closed)
                raise closed
            raise self.unanswered(container, closed)
        else:
            raise Missing(
                f"port {port}: nothing comes back within {show_seconds(self.silence)}",
                expected=turn.words,
                actual="an open connection, and not one byte",
                evidence=protocol.evidence(),
            )

    def _end(self, stream: Stream, protocol: _Protocol, container: Container) -> None:
        if self.closes is None:
            return
        closed = stream.closes(self.silence)
        if closed and not protocol.anything and not accepts(container, self.port):
            raise self.unanswered(container, Missing(f"port {self.known_port}: the connection is closed at once"))
        if closed != self.closes:
            after = f"after {show_seconds(self.silence)}"
            words = ("is still open", "the server closes it") if self.closes else ("is closed", "it stays open")
            raise Mismatch(
                f"port {self.known_port}: the connection {words[0]} {after}",
                expected=words[1],
                actual=f"it {words[0]}",
                evidence=protocol.evidence(),
            )


class _Protocol:
    """What was said and heard."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lines: list[str] = []
        self.anything = False
        """Whether a byte was heard."""

    def said(self, data: bytes) -> None:
        self._lines += [f"> {line}" for line in data.decode("utf-8", "replace").splitlines()]

    def heard(self, data: bytes) -> None:
        self.anything = self.anything or bool(data)
        self._lines += [f"< {line}" for line in data.decode("utf-8", "replace").splitlines()]

    def evidence(self) -> tuple[Evidence, ...]:
        text = "\n".join(self._lines)
        return (Evidence(kind="command", title=f"the conversation on port {self._port}", text=text),) if text else ()
