"""The `restart` check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.checks._attributes import AbsolutePath
from grader.checks._http_exchange import UrlPath
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch, Missing, TimedOut
from grader.core.quantities import Seconds, show_seconds
from grader.core.specs import Port, Where
from grader.core.variation import Variation
from grader.core.web import Request, exchange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.abilities import Instances
    from grader.core.handles import Container

_MARK = b"written before the restart\n"
_ERROR = 400
"""HTTP: statuses from here on are errors."""


class Restart(Check):
    """Passes if a container works again after `docker restart`.

    It gets the image's stop signal, is killed if it still runs after `grace`, and is started again with its files.
    Many programs don't survive that: they find a lock file, a socket or half of a database of their first life.
    A container of the exercise's is started for this check alone, and must get ready again as `ready` says; one that
    a student made is restarted itself, and must run on.
    What a restart policy does is not tried: `container` looks at `restart`.
    """

    example: ClassVar[str] = """
    - {id: restarts, kind: restart, port: 3000, path: /health, keeps: [/app/data/notes.txt]}
    """

    kind: Literal["restart"] = "restart"
    grace: Annotated[Seconds, Field(gt=0, le=60)] = 10.0
    """The time that it may take to stop, before it is killed."""
    port: Port | None = None
    """A port on which it must accept connections again."""
    path: UrlPath | None = None
    """A path on that port; a GET of it must be answered without an error."""
    at_most: Annotated[Seconds, Field(gt=0, le=300)] = 10.0
    """The time until the port answers, after it is ready."""
    keeps: tuple[AbsolutePath, ...] = ()
    """Files that must be there with the same content; in a container of the exercise's, missing ones are made first."""
    stays: Annotated[Seconds, Field(gt=0, le=60)] = 1.0
    """How long it must run on, where nothing else says that it is ready."""

    @model_validator(mode="after")
    def _consistent(self) -> Restart:
        if self.path is not None and self.port is None:
            raise ValueError("path needs the port to ask")
        if self.grace + self.at_most + self.stays >= self.timeout:
            raise ValueError("grace, at_most and stays together must be shorter than timeout")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    def run(self, target: Instances) -> None:
        with _container.reproducible(*_spawned.acted_on(target, self.in_, *self._commands())):
            if isinstance(self.in_, Where):
                self._restart(target.container(self.in_))
                return
            with target.spawn(self.in_, Variation()) as container:
                container.ready()
                for path in self.keeps:
                    if container.entry(path, follow=True) is None:
                        container.write(path, _MARK)
                self._restart(container)

    def _restart(self, container: Container) -> None:
        _spawned.ready(container, "a container that is ready, to restart it")
        before = {path: _spawned.content(container, path) for path in self.keeps}
        self._all_there(before)
        container.restart(self.grace)
        _spawned.ready(container, "a container that is ready again", "after docker restart, ")
        self._answers(container)
        self._kept(container, before)

    def _commands(self) -> tuple[str, ...]:
        shown = [_spawned.showing(path, "CONTAINER") for path in self.keeps]
        restart = f"docker restart -t {self.grace:g} CONTAINER; docker ps -a; docker logs CONTAINER"
        return ("\n".join([restart, *shown]),)

    def _all_there(self, before: Mapping[str, bytes | None]) -> None:
        for path, content in before.items():
            if content is None:
                raise Missing(f"there is no file {path} in the container, before it is restarted", expected=path)

    def _answers(self, container: Container) -> None:
        """Wait for the port; without one, see whether it runs on."""
        if self.port is not None:
            port = self.port
            _spawned.until(lambda: not container.state().running or _spawned.accepts(container, port), self.at_most)
        else:
            _spawned.until(lambda: not container.state().running, self.stays)
        if not (state := container.state()).running:
            raise Failure(
                f"after docker restart, the container does not run on: it {_container.condition(state)}",
                expected="a container that works as before",
                actual=_container.condition(state),
                evidence=_container.log(container),
            )
        if self.port is not None:
            self._asked(container, self.port)

    def _asked(self, container: Container, port: int) -> None:
        if not _spawned.accepts(container, port):
            listening = _container.listening(container.listeners())
            raise TimedOut(
                f"{show_seconds(self.at_most)} after docker restart, nothing answers on port {port}: {listening}",
                expected=f"a process that listens on port {port}, on 0.0.0.0",
                actual=listening,
                evidence=_container.log(container),
            )
        if self.path is not None:
            request = Request(port, self.path)
            try:
                reply = exchange(partial(container.connect, port), request, self.at_most)
            except Failure as failure:
                failure.message = f"after docker restart, {failure.message}"
                _container.meanwhile(container, failure, _container.settled(container))
                raise
            if reply.status >= _ERROR:
                raise Mismatch(
                    f"after docker restart, {request.label} is answered with the status {reply.status}",
                    expected="an answer without an error",
                    actual=str(reply.status),
                    evidence=(reply.evidence(request), *_container.log(container)),
                )

    def _kept(self, container: Container, before: Mapping[str, bytes | None]) -> None:
        for path, content in before.items():
            after = _spawned.content(container, path)
            if after is None:
                raise Missing(f"the file {path} is gone after docker restart", expected=path, actual="nothing there")
            if after != content:
                raise Mismatch(
                    f"the file {path} has another content after docker restart",
                    expected=(content or b"").decode("utf-8", "replace"),
                    actual=after.decode("utf-8", "replace"),
                )
