"""The `calls` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from grader.checks import _lines
from grader.checks._json import JsonPaths
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.matchers import Expectation, expect, parse
from grader.core.model import Model
from grader.core.transcript import CALLS, Call, command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.abilities import Transcribes
    from grader.core.result import Evidence
    from grader.core.transcript import Line

_SAME: Final = {
    "remove": "rm", "delete": "rm", "rmi": "rm", "ls": "list", "ps": "list", "images": "list", "copy": "cp",
    "log": "logs", "run": "create", "make": "create", "new": "create",
}  # fmt: skip
"""Other words for what is done, each with the one that is used here."""


def _known(value: str) -> str:
    if value in CALLS:
        return value
    import difflib

    thing, _, action = value.removeprefix("docker ").rpartition(" ")
    things = [thing] if thing else ["image", "container"] if action in {"rmi", "images"} else ["container", "image"]
    meant = [f"{one} {_SAME.get(action, action)}" for one in things]
    near = [one for one in meant if one in CALLS] or difflib.get_close_matches(value, sorted(CALLS), 1)
    raise ValueError(f"unknown call '{value}'" + (f"; did you mean '{near[0]}'?" if near else ""))


class Step(Model):
    """A call that is looked for."""

    call: Annotated[str, AfterValidator(_known)]
    """What Docker was asked to do: `container create`, `image pull`, `exec create`."""
    container: Expectation | None = None
    """The name of the container that it is about."""
    arguments: dict[str, Expectation] = Field(default_factory=dict)
    """What the address of the call says: `{signal: KILL}`."""
    body: JsonPaths | None = None
    """Parts of what was sent, by JSONPath: `{"$.HostConfig.AutoRemove": true}`; what is empty or false is left out."""
    succeeded: bool | None = True
    """Whether Docker did it; `null`: either."""
    title: str | None = None
    """What students read instead of the fields: `make a container with --rm`."""

    def fits(self, call: Call) -> bool:
        """Whether a call is the one that is meant."""
        return (
            call.name == self.call
            and self.succeeded in (None, not call.failed)
            and (self.container is None or self.container.problem(call.container) is None)
            and all(one.problem(call.arguments.get(name)) is None for name, one in self.arguments.items())
            and (self.body is None or parse({"json": self.body}).problem(call.body) is None)
        )

    @property
    def words(self) -> str:
        """The call for a person."""
        command = command_of(self.call)
        if self.title is not None:
            return f"{self.title} ({command})"
        details = []
        if self.container is not None:
            raw = self.container.raw
            command += f" {raw}" if isinstance(raw, str) and " or " not in command else ""
            details = [] if command.endswith(f" {raw}") else [f"container {self.container.words}"]
        details += [f"{name} {one.words}" for name, one in self.arguments.items()]
        details += [f"{path} {one.words}" for path, one in (self.body or {}).items()]
        return f"{command} ({', '.join(details)})" if details else command

    @property
    def asked(self) -> tuple[str, ...]:
        """The call with the names and paths that it is known by."""
        named = (self.container, *self.arguments.values())
        names = [one.raw for one in named if one is not None and isinstance(one.raw, str)]
        return (self.call, *names, *(self.body or {}))


class Calls(Check):
    """Passes if the student's commands asked Docker for certain things, in this order.

    Every command of `docker` becomes calls to the engine: `docker run` is `container create`, then `container start`.
    Whatever else was called before, between and after makes no difference.
    Ask for what the commands left, with `container` and the like, wherever that decides.
    """

    example: ClassVar[str] = """
    - {id: order, kind: calls, steps: [{call: container stop, container: web}, {call: container rm}]}
    """

    kind: Literal["calls"] = "calls"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    """The calls, each with `call` and, if need be, `container`, `arguments`, `body`, `succeeded` and `title`."""
    count: Expectation | None = None
    """How often a single step was called; default: at least once."""
    absent: bool = False
    """A single step must never have been called."""

    @model_validator(mode="after")
    def _consistent(self) -> Calls:
        if (self.count is not None or self.absent) and len(self.steps) != 1:
            raise ValueError("count and absent are about a single step")
        if self.count is not None and self.absent:
            raise ValueError("absent excludes count")
        return self

    def run(self, target: Transcribes) -> None:
        lines = target.transcript().lines
        calls = target.transcript().calls
        step = self.steps[0]
        found = [call for call in calls if step.fits(call)]
        evidence = self._evidence(lines)
        if self.absent and found:
            done = next(line for line in lines if found[0] in line.calls)
            raise Mismatch(
                f"{_lines.named(done)} did what it should not: {step.words}",
                expected=f"no command that does this: {step.words}",
                actual=_lines.spoken(done),
                evidence=evidence,
                findings=_lines.findings(self.kind, [done], lambda _: f"this does what it should not: {step.words}"),
            )
        if self.count is not None:
            expect(
                f"the number of times that a command did this ({step.words})", len(found), self.count, evidence=evidence
            )
        elif not self.absent:
            self._in_order(calls, lines)

    def _evidence(self, lines: Sequence[Line]) -> tuple[Evidence, ...]:
        return _lines.calls(lines, asked={step.call for step in self.steps})

    def _in_order(self, calls: Sequence[Call], lines: Sequence[Line]) -> None:
        """Look for the steps one after the other: the first call that fits is as good as any later one."""
        left = iter(calls)
        for number, step in enumerate(self.steps):
            if any(step.fits(call) for call in left):
                continue
            after = f" after {self.steps[number - 1].words}" if number else ""
            near = [_lines.tried(line, step.call) for line in lines if any(one.name == step.call for one in line.calls)]
            raise Missing(
                f"no command did this{after}: {step.words}",
                expected=", then ".join(one.words for one in self.steps),
                actual="\n".join(near) or f"no {command_of(step.call)}",
                evidence=self._evidence(lines),
                asked=step.asked,
            )
