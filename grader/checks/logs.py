"""The `logs` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from grader.checks import _container, _streams
from grader.core.check import Check
from grader.core.errors import Failure
from grader.core.matchers import Expectation
from grader.core.specs import Where

if TYPE_CHECKING:
    from grader.core.abilities import Containers
    from grader.core.facts import ContainerState
    from grader.core.handles import Container
    from grader.core.result import Evidence


class Logs(Check):
    """Passes if what the container wrote is as expected.

    The container may still run or have ended: what `docker logs` shows is looked at.
    Of one that writes very much, only the last 1 to 2 MB are there.
    A program that still runs may hold its output back, so `within` is useful here.
    """

    example: ClassVar[str] = """
    - {id: greets, kind: logs, stdout: {contains: listening}, within: 5s}
    """

    kind: Literal["logs"] = "logs"
    stdout: Expectation | None = None
    """What it wrote to stdout; with `tty: true` that is all there is."""
    stderr: Expectation | None = None
    """What it wrote to stderr."""
    combined: Expectation | None = None
    """Both, stdout first: for programs of which one doesn't know where they log."""
    order: tuple[Expectation, ...] = ()
    """Lines that must come in this order, all on stdout or all on stderr, whatever stands between them."""

    @model_validator(mode="after")
    def _asserts_something(self) -> Logs:
        if self.stdout is None and self.stderr is None and self.combined is None and not self.order:
            raise ValueError("expects nothing; give stdout, stderr, combined or order")
        return self

    def run(self, target: Containers) -> None:
        with _container.reproducible(*self._commands(target)):
            self._judge(target.container(self.in_))

    def _commands(self, target: Containers) -> tuple[str, ...]:
        if isinstance(self.in_, Where):
            return _container.steps(target, self.in_, "docker logs CONTAINER")
        return (target.by_hand(self.in_),)

    def _judge(self, container: Container) -> None:
        reason = container.ready()  # whether it got ready is for other checks: now there is something to read
        state = container.state()
        if state.error:
            raise Failure(reason or f"the container {_container.condition(state)}")
        out, err = container.logs()
        with _container.as_far_as_kept((out, err)):
            self._compare(out, err, state, _container.log(container))

    def _compare(self, out: str, err: str, state: ContainerState, evidence: tuple[Evidence, ...]) -> None:
        for expectation, name, text in (
            (self.stdout, "stdout", out),
            (self.stderr, "stderr", err),
            (self.combined, "output", out + err),
        ):
            hint = None if text else _hint(state)
            _streams.judge(f"the container's {name}", (out, err), name, expectation, hint=hint, evidence=evidence)
        if self.order:
            _streams.in_order("the container's log", (out, err), self.order, evidence)


def _hint(state: ContainerState) -> str:
    if not state.running:
        return f"Nothing was written there before the container {_container.condition(state)}."
    return (
        "Nothing has been written there yet. A program may hold its output back while it runs: "
        "for Python, ENV PYTHONUNBUFFERED=1 turns that off."
    )
