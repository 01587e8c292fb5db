"""The `stop` check."""

from __future__ import annotations

import signal as signals
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from grader.checks import _container
from grader.core.check import Check
from grader.core.errors import Mismatch
from grader.core.matchers import Expectation, expect
from grader.core.quantities import Seconds, show_seconds
from grader.core.text import quoted

if TYPE_CHECKING:
    from grader.core.abilities import Containers
    from grader.core.facts import ContainerState


def _signal(name: str) -> str:
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    if full not in signals.Signals.__members__:
        raise ValueError(f"there is no signal {name}; write for example SIGTERM or SIGINT")
    return full


class Stop(Check):
    """Passes if the container ends by itself, soon after it is asked to.

    Like `docker stop`: the main process gets a signal, and is killed when it is still there after `at_most`.
    A server that has to be killed loses what it was doing, and makes every deployment wait.
    Checks after this one get a new container.
    """

    example: ClassVar[str] = """
    - {id: stops, kind: stop, at_most: 3s, exit_code: {one_of: [0, 143]}}
    """

    kind: Literal["stop"] = "stop"
    signal: Annotated[str, AfterValidator(_signal)] | None = None
    """The signal to send; default: the image's own (STOPSIGNAL), which is SIGTERM if it names none."""
    at_most: Annotated[Seconds, Field(gt=0, le=60)] = 5.0
    """The time that it may take to end."""
    exit_code: Expectation | None = None
    """The exit code of its main process."""

    @model_validator(mode="after")
    def _fits_into_the_timeout(self) -> Stop:
        if self.at_most >= self.timeout:
            raise ValueError("at_most must be shorter than timeout")
        return self

    def run(self, target: Containers) -> None:
        option = "" if self.signal is None else f" --signal {self.signal}"
        with _container.reproducible(*_container.steps(target, self.in_, f"time docker stop{option} CONTAINER")):
            container = _container.running(target, self.in_)
            before = container.state()
            after, seconds = container.stop(self.signal, self.at_most)
            if after.running:
                raise self._killed(before)
            if self.exit_code is not None:
                subject = f"it ended after {show_seconds(seconds)}, but its exit code"
                expect(subject, after.exit_code, self.exit_code, evidence=_container.log(container))

    def _killed(self, before: ContainerState) -> Mismatch:
        limit, signal = show_seconds(self.at_most), self.signal or "the stop signal"
        return Mismatch(
            f"the main process ignores {signal}: the container had to be killed after {limit}",
            expected=f"the container ends within {limit}",
            actual=f"it still ran after {limit}",
            hint=_hint(before.argv),
        )


def _hint(argv: tuple[str, ...]) -> str:
    if len(argv) > 1 and argv[0].rsplit("/", 1)[-1] in {"sh", "bash", "ash", "dash"} and argv[1] == "-c":
        return (
            f"The main process is {quoted(argv[0])}, a shell, which does not pass signals on to the program it starts. "
            'Write CMD or ENTRYPOINT in the exec form, with brackets: CMD ["program", "argument"].'
        )
    return (
        "The kernel gives the main process of a container (PID 1) only the signals that it has asked for: "
        "let the program handle SIGTERM, or run the container with an init."
    )
