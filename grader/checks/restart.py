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
    from grader.core.handles import Container, Spawned
    from grader.core.web import Reply

_MARK = b"written before the restart\n"
_READY = "a container that is ready, to restart it"
_BEFORE, _AFTER = "after its first start", "after docker restart"
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
    """Files that must be there with the same content.

    In a container of the exercise's, `path` is asked for first where some are missing, and those that are missing still
    are made, with the owner of their folder and a line of text in them: list none that the program can't read then.
    """
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
                _spawned.ready(container, _READY)
                self._make_missing(container)
                self._restart(container)

    def _missing(self, container: Container) -> list[str]:
        return [path for path in self.keeps if container.entry(path, follow=True) is None]

    def _make_missing(self, container: Spawned) -> None:
        """Let the program make its files when it is asked; make those that are still missing."""
        if self.port is not None and self.path is not None and self._missing(container):
            self._up(container, _BEFORE)
            self._ask(container, Request(self.port, self.path), _BEFORE)
        for path in self._missing(container):
            _spawned.write(container, path, _MARK)

    def _restart(self, container: Container) -> None:
        _spawned.ready(container, _READY)
        before = {path: _spawned.content(container, path) for path in self.keeps}
        self._all_there(before)
        container.restart(self.grace)
        _spawned.ready(container, "a container that is ready again", "after docker restart, ")
        self._up(container, _AFTER)
        self._kept(container, before)  # what it is asked next may change them
        self._get(container)

    def _commands(self) -> tuple[str, ...]:
        shown = [_spawned.showing(path, "CONTAINER") for path in self.keeps]
        restart = f"docker restart -t {self.grace:g} CONTAINER; docker ps -a; docker logs CONTAINER"
        return ("\n".join([restart, *shown]),)

    def _all_there(self, before: Mapping[str, bytes | None]) -> None:
        for path, content in before.items():
            if content is None:
                raise Missing(f"there is no file {path} in the container, before it is restarted", expected=path)

    def _up(self, container: Container, when: str) -> None:
        """Wait for the port; without one, see whether it runs on. `when` begins the sentence of a failure."""
        if self.port is not None:
            port = self.port
            _spawned.until(lambda: not container.state().running or _spawned.accepts(container, port), self.at_most)
        else:
            _spawned.until(lambda: not container.state().running, self.stays)
        if not (state := container.state()).running:
            raise Failure(
                f"{when}, the container does not run on: it {_container.condition(state)}",
                expected="a container that works as before",
                actual=_container.condition(state),
                evidence=_container.log(container),
            )
        if self.port is not None and not _spawned.accepts(container, self.port):
            listening = _container.listening(container.listeners())
            raise TimedOut(
                f"{show_seconds(self.at_most)} {when}, nothing answers on port {self.port}: {listening}",
                expected=f"a process that listens on port {self.port}, on 0.0.0.0",
                actual=listening,
                evidence=_container.log(container),
            )

    def _ask(self, container: Container, request: Request, when: str) -> Reply:
        try:
            return exchange(partial(container.connect, request.port), request, self.at_most)
        except Failure as failure:
            failure.message = f"{when}, {failure.message}"
            _container.meanwhile(container, failure, _container.settled(container))
            raise

    def _get(self, container: Container) -> None:
        """Ask for the path, if there is one to ask for."""
        if self.port is None or self.path is None:
            return
        request = Request(self.port, self.path)
        reply = self._ask(container, request, _AFTER)
        if reply.status >= _ERROR:
            raise Mismatch(
                f"{_AFTER}, {request.label} is answered with the status {reply.status}",
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
