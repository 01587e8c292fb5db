"""Requests that build on each other: what one answer says, the next request needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from grader.checks import _captures
from grader.checks._captures import Capture, Name  # noqa: TC001 - pydantic reads it
from grader.checks._http_exchange import Exchange
from grader.core.errors import Failure

if TYPE_CHECKING:
    from grader.checks._http_talk import Talk
    from grader.core.handles import Container

_GRACE = 5.0
"""Seconds that the container has to end by itself before it is restarted."""


class Step(Exchange):
    """A request of several, and what is asked of the answer."""

    restart: bool = False
    """Restart the container before this request, with its files, and wait until it is ready again."""
    capture: dict[Name, Capture] = Field(default_factory=dict)
    """Values of the answer that later steps use, by the names that they have there."""

    @model_validator(mode="after")
    def _one_answer(self) -> Step:
        if self.capture and self.concurrent is not None:
            raise ValueError("capture needs one answer: not with concurrent")
        return self

    def take(self, talk: Talk, container: Container) -> None:
        """Say it. Raises Failure when the answer is not as expected, or lacks what later steps need."""
        if self.restart:
            talk.restart(container, _GRACE)
        visit = talk.exchange(container, self)
        for name, where in self.capture.items():
            try:
                found = where.value(name, visit.reply)
            except Failure as failure:
                failure.message = f"{visit.request.label}: {failure.message}"
                failure.evidence = (visit.reply.evidence(visit.request),)
                raise
            talk.values = {**(talk.values or {}), name: found}


def take(steps: tuple[Step, ...], talk: Talk, container: Container, restarting: str) -> None:
    """Take one step after the other; `restarting` is the command that restarts the container."""
    talk.values = {}
    for number, step in enumerate(steps, 1):
        if step.restart:
            talk.typed.append(lambda _: restarting)
        try:
            step.take(talk, container)
        except Failure as failure:
            failure.message = f"step {number} of {len(steps)}: {failure.message}"
            raise


def _in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """See to it that every placeholder stands for what an earlier step captures."""
    known: list[str] = []
    for number, step in enumerate(steps, 1):
        parts: list[Any] = [step.path, step.request_headers, step.request_body, step.request_json]
        parts += [step.status, step.headers, step.body, step.json_]
        parts += [] if step.redirect is None else [step.redirect.status, step.redirect.to]
        problem = _captures.unknown(parts, known)
        if problem is not None:
            raise ValueError(f"step {number}: {problem}")
        known += step.capture
    return steps


Steps: TypeAlias = Annotated[tuple[Step, ...], Field(max_length=50), AfterValidator(_in_order)]
"""Requests in the order in which they are made."""
