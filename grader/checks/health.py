"""The `health` check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.checks._attributes import AbsolutePath
from grader.checks._spawned import SignalName
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch, Missing, TimedOut
from grader.core.facts import Command
from grader.core.model import Model
from grader.core.quantities import Seconds, show_seconds
from grader.core.result import Evidence
from grader.core.text import one_line, quoted
from grader.core.variation import Rhythm, Variation

if TYPE_CHECKING:
    from grader.core.abilities import Instances
    from grader.core.facts import ContainerState
    from grader.core.handles import Spawned

_OUTPUT = 200
"""Characters of a probe's output that stand in a sentence."""


class Probing(Model):
    """How the health check is run meanwhile; what isn't said is as the image has it."""

    interval: Annotated[Seconds, Field(gt=0, le=60)] = 1.0
    """The time between two probes; images ask for 30 s if they say nothing, which is too long to wait for here."""
    timeout: Annotated[Seconds, Field(gt=0, le=60)] | None = None
    """The time after which a probe counts as failed."""
    start_period: Annotated[Seconds, Field(ge=0, le=300)] | None = None
    """The time after the start in which failed probes don't count; it ends with the first good one."""
    retries: Annotated[int, Field(ge=1, le=20)] | None = None
    """How many probes must fail one after the other."""


class Harm(Model):
    """What is done to a healthy container, so that its health check has something to notice; one of these."""

    run: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """A program and its arguments, run in the container."""
    signal: SignalName | None = None
    """A signal for its main process: after STOP it is there, and does nothing."""
    write: dict[AbsolutePath, str] | None = Field(default=None, min_length=1)
    """Files to write from outside, each with its content: for images without a shell."""

    @model_validator(mode="after")
    def _one(self) -> Harm:
        if sum(one is not None for one in (self.run, self.signal, self.write)) != 1:
            raise ValueError("takes one of run, signal and write")
        return self

    def words(self) -> str:
        """Say what was done, after the word `after`."""
        if self.run is not None:
            return quoted(shlex.join(self.run))
        return self.signal or f"writing {' and '.join(self.write or ())}"

    def by_hand(self) -> str:
        """Write the command for it."""
        if self.run is not None:
            return f"docker exec try {shlex.join(self.run)}"
        if self.signal is not None:
            return f"docker kill -s {self.signal} try"
        return "\n".join(
            f"printf %s {shlex.quote(content)} > new && docker cp new try:{shlex.quote(path)}"
            for path, content in (self.write or {}).items()
        )


class Unhealthy(Model):
    """What a health check must notice, and how soon."""

    when: Harm
    """What is done to the container once it is healthy."""
    at_most: Annotated[Seconds, Field(gt=0, le=300)] = 10.0
    """The time until it must be unhealthy: give more than `retries` times `interval` and `timeout` together."""


class Health(Check):
    """Passes if the image's HEALTHCHECK says `healthy`, and `unhealthy` when it should.

    A container is started for this check alone, with the health check running; other checks' containers run without.
    The interval is shortened to one second, because nobody wants to wait for three times 30 seconds; `probe` changes
    that, and the rest of how it is run.
    With `unhealthy`, something is done to the healthy container, and the health check has to notice.
    A program that was stopped makes no probe fail before its `timeout`, which is 30 s if the image says nothing:
    set that too.
    """

    example: ClassVar[str] = """
    - {id: notices, kind: health, probe: {timeout: 1s, retries: 2}, unhealthy: {when: {signal: STOP}, at_most: 10s}}
    """

    kind: Literal["health"] = "health"
    at_most: Annotated[Seconds, Field(gt=0, le=300)] = 10.0
    """The time that it may take to become healthy."""
    probe: Probing = Field(default_factory=Probing)
    """How the health check is run meanwhile: `interval`, `timeout`, `start_period`, `retries`."""
    unhealthy: Unhealthy | None = None
    """`when`: `{run: [...]}`, `{signal: ...}` or `{write: {PATH: CONTENT}}`; it must be unhealthy within `at_most`."""

    @model_validator(mode="after")
    def _fits_into_the_timeout(self) -> Health:
        if self.at_most + (self.unhealthy.at_most if self.unhealthy is not None else 0) >= self.timeout:
            raise ValueError("at_most, with that of unhealthy, must be shorter than timeout")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    def run(self, target: Instances) -> None:
        rhythm = Rhythm(**self.probe.model_dump())
        options = "".join(
            f" --health-{name.replace('_', '-')}={value:g}{'' if name == 'retries' else 's'}"
            for name, value in self.probe.model_dump().items()
            if value is not None
        )
        start = _spawned.started(target, self.in_, options)
        look = "docker inspect --format '{{json .State.Health}}' try"
        variation = Variation(health=True, rhythm=rhythm, await_ready=False)
        with target.spawn(self.in_, variation) as container:
            with _container.reproducible(start, look):
                self._becomes_healthy(container)
            if self.unhealthy is not None:
                with _container.reproducible(start, f"{self.unhealthy.when.by_hand()}\n{look}"):
                    self._notices(container, self.unhealthy)

    def _becomes_healthy(self, container: Spawned) -> None:
        state = _await(container, "healthy", self.at_most)
        if state.health == "healthy":
            return
        expected = f"healthy within {show_seconds(self.at_most)}"
        if state.health in {None, "none"} and not state.error:
            raise Missing(
                "the image has no HEALTHCHECK, so nothing can say whether the container is healthy",
                expected=expected,
                actual="no HEALTHCHECK",
                hint="Add a HEALTHCHECK instruction to the Dockerfile: its command is run in the container "
                "again and again, and exit code 0 means healthy.",
            )
        if not state.running:
            message = f"the container is not healthy: it {_container.condition(state)}"
            evidence = (*_probes(state), *_container.log(container))
            raise Failure(message, expected=expected, actual=_container.condition(state), evidence=evidence)
        message = f"the container was not healthy after {show_seconds(self.at_most)}: {_verdict(state)}"
        raise TimedOut(message, expected=expected, actual=_verdict(state), evidence=_probes(state))

    def _notices(self, container: Spawned, unhealthy: Unhealthy) -> None:
        harm = unhealthy.when
        _do(container, harm)
        state = _await(container, "unhealthy", unhealthy.at_most)
        if state.health == "unhealthy" and state.running:
            return
        expected = f"unhealthy within {show_seconds(unhealthy.at_most)}"
        if not state.running:
            message = f"after {harm.words()}, the container should be unhealthy, and it {_container.condition(state)}"
            evidence = (*_probes(state), *_container.log(container))
            raise Mismatch(message, expected=expected, actual=_container.condition(state), evidence=evidence)
        raise TimedOut(
            f"{show_seconds(unhealthy.at_most)} after {harm.words()}, the health check still says '{state.health}'",
            expected=expected,
            actual=_verdict(state),
            hint="The command of HEALTHCHECK has to try what the container is for, "
            "and to end with exit code 1 when that does not work.",
            evidence=_probes(state),
        )


def _await(container: Spawned, wanted: str, seconds: float) -> ContainerState:
    """Give the state in which it says what is wanted, in which nothing will come of it, or the last one."""
    seen = [container.state()]

    def decided() -> bool:
        seen[0] = container.state()
        return seen[0].health in {None, "none", wanted} or not seen[0].running

    _spawned.until(decided, seconds)
    return seen[0]


def _do(container: Spawned, harm: Harm) -> None:
    if harm.signal is not None:
        container.signal(harm.signal)
    for path, content in (harm.write or {}).items():
        container.write(path, content.encode())
    if harm.run is not None:
        done = container.execute(Command(harm.run))
        if done.exit_code != 0:
            output = done.stdout + done.stderr
            raise Failure(
                f"{harm.words()} can't make the container unhealthy: it ended with exit code {done.exit_code}",
                expected="exit code 0",
                actual=f"exit code {done.exit_code}",
                evidence=(Evidence(kind="command", title="what it printed", text=output),) if output else (),
            )


def _verdict(state: ContainerState) -> str:
    """Say what the health check says, with its reason."""
    if not state.health_log:
        return f"its health check says '{state.health}', and no probe has ended yet"
    last = state.health_log[-1]
    if last.exit_code == 0:
        return f"its health check says '{state.health}', and the last probe ended well"
    lines = last.output.strip().splitlines()
    # Of much output, such as a traceback, the last line says what was wrong.
    told = lines[-1] if len(last.output) > _OUTPUT else last.output
    output = f": {one_line(told, _OUTPUT)}" if lines else " and printed nothing"
    how = f"ended with exit code {last.exit_code}" if last.exit_code >= 0 else "was ended"
    return f"its health check says '{state.health}', and the last probe {how}{output}"


def _probes(state: ContainerState) -> tuple[Evidence, ...]:
    """Show the last runs of the health check."""
    if not state.health_log:
        return ()
    text = "\n".join(f"exit code {one.exit_code}\n{one.output}".rstrip() for one in state.health_log)
    return (Evidence(kind="inspect", title="the last runs of the health check", text=text),)
