"""Requests that build on each other: what one answer says, the next request needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from grader.checks import _captures
from grader.checks._captures import Capture, Name  # noqa: TC001 - pydantic reads it
from grader.checks._http_exchange import Exchange, url_path
from grader.core.errors import Failure

if TYPE_CHECKING:
    from grader.checks._http_talk import Talk
    from grader.core.handles import Container

_GRACE = 5.0
"""Seconds that the container has to end by itself before it is restarted."""


def _path(path: str) -> str:
    return path if _captures.leading(path) is not None and path.isprintable() else url_path(path)


class Step(Exchange):
    """A request of several, and what is asked of the answer."""

    title: str = ""
    """What it is, for a failure to name; default: `step 2 of 3`."""
    path: Annotated[
        str,
        Field(json_schema_extra={"pattern": r"^(/|\{\{[A-Za-z])[^\x00-\x1f\x7f]*$"}),
        AfterValidator(_path),
    ] = "/"
    """Path and query; one that begins with `{{name}}` goes to where that leads, such as a captured `Location`."""
    restart: bool = False
    """Restart the container before this request, with its files, and wait until it is ready again.

    A main process that ignores SIGTERM is killed after 5 seconds, which count for `timeout`.
    """
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
            talk.capture(name, found, where.told, visit)


def take(steps: tuple[Step, ...], talk: Talk, container: Container, restarting: str) -> None:
    """Take one step after the other; `restarting` is the command that restarts the container."""
    talk.values = {}
    for number, step in enumerate(steps, 1):
        if step.restart:
            talk.typed.append(lambda _: restarting)
        try:
            step.take(talk, container)
        except Failure as failure:
            said = f" ({step.title})" if step.title else ""
            failure.message = f"step {number} of {len(steps)}{said}: {failure.message}"
            raise


def _in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """See to it that every placeholder stands for what an earlier step captures."""
    known: list[str] = []
    whole: set[str] = set()
    for number, step in enumerate(steps, 1):
        parts: list[Any] = [step.path, step.request_headers, step.request_body, step.request_json]
        parts += [step.status, step.headers, step.body, step.json_]
        parts += [] if step.redirect is None else [step.redirect.status, step.redirect.to]
        problem = _captures.unknown(parts, known)
        if problem is not None:
            raise ValueError(f"step {number}: {problem}")
        for name in whole:
            if step.path.startswith(f"/{{{{{name}}}}}"):
                raise ValueError(
                    f"step {number}: {{{{{name}}}}} is a whole address, whose slashes would be escaped behind a slash; "
                    f'write path: "{{{{{name}}}}}"'
                )
        known += step.capture
        whole = {name for name in whole if name not in step.capture}
        whole |= {name for name, one in step.capture.items() if one.whole_address}
    return steps


Steps: TypeAlias = Annotated[tuple[Step, ...], Field(min_length=1, max_length=50), AfterValidator(_in_order)]
"""Requests in the order in which they are made."""
