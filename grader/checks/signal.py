"""The `signal` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.checks._spawned import SignalName
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing, TimedOut
from grader.core.matchers import Expectation, expect
from grader.core.quantities import Seconds, show_seconds
from grader.core.specs import Port
from grader.core.text import quoted

if TYPE_CHECKING:
    from grader.core.abilities import Instances
    from grader.core.facts import ContainerState
    from grader.core.handles import Container


class Signal(Check):
    """Passes if the main process of a container does with a signal what it should.

    Without `ends`, it has to run on: servers read their configuration again on HUP, for example.
    With `ends: true` or an `exit_code`, it has to end by itself; `stop` also looks at what happens to one that does
    not.
    A container of the exercise's is started for this check alone; one that a student made gets the signal itself.
    The main process of a container (PID 1) gets only those signals that it handles, and KILL and STOP.
    """

    example: ClassVar[str] = """
    - {id: reloads, kind: signal, signal: HUP, log: {contains: reloaded}, port: 3000}
    """

    kind: Literal["signal"] = "signal"
    signal: SignalName
    """The signal: `HUP`, `USR1`, `INT`, `TERM`."""
    ends: bool | None = None
    """Whether it has to end; default: only if `exit_code` is given."""
    exit_code: Expectation | None = None
    """Its exit code."""
    log: Expectation | None = None
    """What it writes to its log from then on, stdout first."""
    port: Port | None = None
    """A port on which it must still accept connections; not with `ends`."""
    at_most: Annotated[Seconds, Field(gt=0, le=300)] = 5.0
    """The time that it may take to end, or to write what is expected."""
    stays: Annotated[Seconds, Field(gt=0, le=60)] = 1.0
    """How long it must run on."""

    @model_validator(mode="after")
    def _consistent(self) -> Signal:
        if self.ends is False and self.exit_code is not None:
            raise ValueError("exit_code is of one that ends: leave out ends: false")
        if self._ends and self.port is not None:
            raise ValueError("port is for one that runs on: leave out ends and exit_code")
        if self.at_most + self.stays >= self.timeout:
            raise ValueError("at_most and stays together must be shorter than timeout")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    @property
    def _ends(self) -> bool:
        return self.ends is True or self.exit_code is not None

    def run(self, target: Instances) -> None:
        kill = f"docker kill -s {self.signal} CONTAINER; docker ps -a; docker logs CONTAINER"
        with (
            _container.reproducible(*_spawned.acted_on(target, self.in_, kill)),
            _spawned.subject(target, self.in_) as container,
        ):
            _spawned.ready(container, f"a container that is ready, to get {self.signal}")
            old = container.logs()
            container.signal(self.signal)
            if self._ends:
                self._has_ended(container)
            else:
                self._runs_on(container, old)
            if self.log is not None:
                written = _new(container, old)
                subject = f"what the container wrote after {self.signal}"
                with _container.as_far_as_kept(container.logs()):
                    expect(subject, written, self.log, evidence=_container.log(container))

    def _has_ended(self, container: Container) -> None:
        limit = show_seconds(self.at_most)
        if not _spawned.until(lambda: not container.state().running, self.at_most):
            raise TimedOut(
                f"the container still runs {limit} after {self.signal}",
                expected=f"the container ends within {limit}",
                actual="it still runs",
                hint=self._hint(container),
                evidence=_container.log(container),
            )
        if self.exit_code is not None:
            subject = f"the container ended after {self.signal}, but its exit code"
            expect(subject, container.state().exit_code, self.exit_code, evidence=_container.log(container))

    def _hint(self, container: Container) -> str:
        """Say why a signal may have no effect; where other processes run below the main one, they get none."""
        asked = "The kernel gives the main process of a container (PID 1) only the signals that it has asked for"
        main, *others = container.processes() or (None,)
        if main is not None and others:
            return (
                f"{asked}; here, that is {quoted(main.argv)}. Others get no signal at all from docker kill: "
                f"let {self.signal} reach the program, by starting it as the main process (CMD in brackets, or exec)."
            )
        return f"{asked}: let the program handle {self.signal}, or run it with an init."

    def _runs_on(self, container: Container, old: tuple[str, str]) -> None:
        log = self.log
        if log is not None:

            def decided() -> bool:
                return log.problem(_new(container, old)) is None or not container.state().running

            _spawned.until(decided, self.at_most)
        _spawned.until(lambda: not container.state().running, self.stays)
        if not (state := container.state()).running:
            raise self._gone(container, state)
        if self.port is not None and not _spawned.accepts(container, self.port):
            listening = _container.listening(container.listeners())
            raise Missing(
                f"after {self.signal}, nothing listens on port {self.port}: {listening}",
                expected=f"a process that listens on port {self.port}, on 0.0.0.0",
                actual=listening,
                evidence=_container.log(container),
            )

    def _gone(self, container: Container, state: ContainerState) -> Mismatch:
        return Mismatch(
            f"after {self.signal} the container should run on, and it {_container.condition(state)}",
            expected="a running container",
            actual=_container.condition(state),
            evidence=_container.log(container),
        )


def _new(container: Container, old: tuple[str, str]) -> str:
    """Give what it has written since; a log that was cut meanwhile is given whole."""
    pairs = zip(container.logs(), old, strict=True)
    return "".join(text.removeprefix(before) for text, before in pairs)
