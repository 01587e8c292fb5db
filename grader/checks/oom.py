"""The `oom` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch
from grader.core.matchers import Expectation, expect
from grader.core.quantities import Bytes, Seconds, show_bytes, show_seconds
from grader.core.specs import MIB
from grader.core.variation import Variation

if TYPE_CHECKING:
    from grader.core.abilities import Instances
    from grader.core.facts import ContainerState
    from grader.core.handles import Spawned

_KILLED = 137
"""The exit code of a main process that got SIGKILL, which here nobody else sends."""


class Oom(Check):
    """Passes if a container gets along with an amount of memory; with `killed: true`, if it does not.

    A container is started with `memory` for this check alone, without swap, and watched until it ends or `watch` is
    over.
    To get along is to run on, or to end with exit code 0; `exit_code` allows for another one.
    When its memory is full, the kernel kills a process in it, which need not be the main one: a server may lose one of
    its workers and run on.
    The engine's flag (`OOMKilled`) is set in both cases, and both are meant here; `exit_code` tells them apart.
    """

    example: ClassVar[str] = """
    - {id: frugal, kind: oom, memory: 64MiB, watch: 3s, title: The server gets along with 64 MiB}
    """

    kind: Literal["oom"] = "oom"
    memory: Annotated[Bytes, Field(ge=6 * MIB)]
    """The memory that it has; swap is not added."""
    killed: bool = False
    """Whether a process must be killed for its use of memory."""
    watch: Annotated[Seconds, Field(gt=0, le=300)] = 5.0
    """How long it is watched; with `killed: true`, the time in which it must happen."""
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """What is run instead of the image's CMD."""
    exit_code: Expectation | None = None
    """The exit code with which it must end meanwhile: 137 if its main process is killed."""

    @model_validator(mode="after")
    def _fits_into_the_timeout(self) -> Oom:
        if self.watch >= self.timeout:
            raise ValueError("watch must be shorter than timeout")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    def run(self, target: Instances) -> None:
        size = f"{self.memory // MIB}m" if self.memory % MIB == 0 else str(self.memory)
        line = _spawned.started(target, self.in_, f" -m {size} --memory-swap {size}", command=self.command)
        # What removes itself can't be asked afterwards.
        look = "docker inspect --format '{{json .State}}' try; docker rm -f try"
        with _container.reproducible(line.replace(" --rm", "", 1), look):
            variation = Variation(command=self.command, memory=self.memory, await_ready=False)
            with target.spawn(self.in_, variation) as container:
                self._judge(container, self._watched(container))

    def _watched(self, container: Spawned) -> ContainerState:
        def decided() -> bool:
            state = container.state()
            return not state.running or (_was_killed(state) and self.exit_code is None)

        _spawned.until(decided, self.watch)
        return container.state()

    def _judge(self, container: Spawned, state: ContainerState) -> None:
        evidence = _container.log(container)
        if state.error:
            condition = _container.condition(state)
            raise Failure(f"the container {condition}", expected="a running container", actual=condition)
        limit, killed = show_bytes(self.memory), _was_killed(state)
        if killed and not self.killed:
            raise Mismatch(
                f"{_victim(state)} was killed for using more memory than the container has ({limit})",
                expected=f"it gets along with {limit}",
                actual=_happened(state),
                evidence=evidence,
            )
        if self.killed and not killed:
            raise Mismatch(
                f"no process was killed within {show_seconds(self.watch)}, though the container has only {limit}",
                expected="a process is killed for using too much memory",
                actual=_happened(state),
                evidence=evidence,
            )
        if self.exit_code is None and not killed and not state.running and state.exit_code != 0:
            raise Mismatch(
                f"the container ended with exit code {state.exit_code}, though no process was killed for its memory",
                expected=f"it gets along with {limit}: it runs on, or ends with exit code 0",
                actual=_happened(state),
                evidence=evidence,
            )
        if self.exit_code is not None:
            if state.running:
                message = f"the container has not ended within {show_seconds(self.watch)}"
                raise Mismatch(message, expected=f"exit code {self.exit_code.words}", actual="it is running")
            expect("the container's exit code", state.exit_code, self.exit_code, evidence=evidence)


def _was_killed(state: ContainerState) -> bool:
    return state.oom_killed or state.exit_code == _KILLED


def _victim(state: ContainerState) -> str:
    if state.exit_code == _KILLED:
        return "the container's main process, or what it ran,"
    return "a process in the container"


def _happened(state: ContainerState) -> str:
    """Say what the engine says of the container's end, or of its life."""
    how = "it runs on" if state.running else f"it ended with exit code {state.exit_code}"
    return f"{how}; OOMKilled is {'true' if state.oom_killed else 'false'}"
