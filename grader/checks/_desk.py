"""Answers what the tests of a `pytest` check ask about a submission: one way to the target, whoever asks."""

from __future__ import annotations

import shlex
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from grader.checks import _container
from grader.checks._desk_http import ask, curl, first_port
from grader.core import abilities, lookup
from grader.core.clock import limit, remaining
from grader.core.errors import Broken, Failure
from grader.core.facts import Command
from grader.core.specs import Where
from grader.core.web import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from grader.core.dockerfile import Dockerfile
    from grader.core.facts import Build, Completed, ContainerState, Entry, ImageInfo, Listener, Process
    from grader.core.handles import Container
    from grader.core.inventory import Inventory
    from grader.core.result import Evidence
    from grader.core.setting import Setting
    from grader.core.transcript import Transcript

Named = str | dict[str, Any] | None
"""A container as a test names it: by its name, one of the student's own by a map, or the only one."""
_THEN: Final = "\n# then, in a second terminal:\n"
_POLL: Final = 0.05
_NEEDS: Final[dict[object, str]] = {
    abilities.Images: "an image that is built from the submission",
    abilities.Files: "files of an image or a container",
    abilities.Runs: "commands that can be run",
    abilities.Containers: "containers",
    abilities.State: "commands that the student ran on an engine of their own",
    abilities.Transcribes: "commands that the student ran",
    abilities.Source: "a Dockerfile",
    abilities.Builds: "a build",
}


class _Able(
    abilities.Source,
    abilities.Builds,
    abilities.Images,
    abilities.Files,
    abilities.Runs,
    abilities.Containers,
    abilities.State,
    abilities.Transcribes,
    Protocol,
):
    """A target of which the ability is known that is used at the moment."""


@dataclass(slots=True)
class Seen:
    """What a test looked at last: how a person sees the same, and what was exchanged."""

    reproduce: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a failing test is about, for diagnoses: the container that it looked at last, and the port it asked."""

    where: str | Where | None = None
    port: int | None = None


class Desk:
    """Answers about one target; `seen` is for the failure that an answer may lead to."""

    def __init__(self, target: object, setting: Setting) -> None:
        self._target = target
        self._setting = setting
        self.begin()

    def begin(self) -> None:
        """Forget what the test before looked at, and what it stopped: the next look starts a new container."""
        self.seen = Seen()
        self.asked = Asked()
        self._stopped: dict[str | Where, Container] = {}

    def answer(self, question: str, arguments: Mapping[str, Any]) -> Any:
        """Answer a question of the list below. Raises what a check's `run` may raise."""
        found: Callable[..., Any] | None = _QUESTIONS.get(question)
        if found is None:
            raise Broken(f"there is no question '{question}'")
        return found(self, **arguments)

    def _able(self, ability: Any) -> _Able:
        """Give the target if it has an ability."""
        if not isinstance(self._target, ability):
            raise Broken(f"this needs {_NEEDS[ability]}, which this kind of submission doesn't have")
        return cast("_Able", self._target)

    # --- the submission ---------------------------------------------------------------------------------------------

    def folder(self) -> str:
        """Name the folder with the private copy of the submission."""
        return str(self._setting.submission)

    def dockerfile(self) -> Dockerfile:
        """Give the student's Dockerfile, parsed."""
        return self._able(abilities.Source).dockerfile()

    def build(self) -> Build:
        """Build, and tell how it went."""
        return self._able(abilities.Builds).build()

    def transcript(self) -> Transcript:
        """Tell what the student's commands did."""
        return self._able(abilities.Transcribes).transcript()

    def inventory(self) -> Inventory:
        """Tell what is on the student's engine now."""
        return self._able(abilities.State).inventory()

    # --- the image --------------------------------------------------------------------------------------------------

    def image(self) -> ImageInfo:
        """Give the image's configuration."""
        self.seen = Seen("docker image inspect IMAGE")
        return self._able(abilities.Images).image()

    def image_entry(self, path: str, *, follow: bool) -> Entry | None:
        """Give what is at a path of the image."""
        self._able(abilities.Images)
        self.seen = Seen(f"docker run --rm --entrypoint ls IMAGE -ld {shlex.quote(path)}")
        return self._able(abilities.Files).entry(path, follow=follow)

    def run(self, timeout: float, **command: Any) -> Completed:
        """Run a command in a fresh container of the image."""
        self._able(abilities.Images)
        return self._execute(Command(**command), None, timeout, "run")

    # --- containers -------------------------------------------------------------------------------------------------

    def execute(self, container: Named, timeout: float, **command: Any) -> Completed:
        """Run a command in a running container."""
        return self._execute(Command(**command), self._where(container), timeout, "exec")

    def _execute(self, command: Command, where: str | Where | None, timeout: float, what: str) -> Completed:
        if where is not None:
            self._about(where)
            self._not_stopped(where)
        shown = _THEN.join(_container.by_hand(command, where))
        with self._timed(timeout, what, shown):
            return self._able(abilities.Runs).execute(command, where)

    def entry(self, container: Named, path: str, *, follow: bool) -> Entry | None:
        """Give what is at a path of a container."""
        where = self._where(container)
        self._show(where, f"docker exec CONTAINER ls -ld {shlex.quote(path)}")
        if where in self._stopped:
            return self._stopped[where].entry(path, follow=follow)
        return self._able(abilities.Files).entry(path, follow=follow, container=where)

    def state(self, container: Named) -> ContainerState:
        """Start a container if need be, and give its state."""
        return self._container(container, "docker container inspect CONTAINER").state()

    def ready(self, container: Named) -> str | None:
        """Wait for readiness; None when it was reached, else why not."""
        return self._container(container, "docker logs CONTAINER").ready()

    def logs(self, container: Named) -> tuple[str, str]:
        """Give what a container wrote to stdout and to stderr."""
        return self._container(container, "docker logs CONTAINER").logs()

    def processes(self, container: Named) -> tuple[Process, ...]:
        """Give the processes of a container, PID 1 first; none of one that the test has stopped."""
        found = self._alive(container, "docker top CONTAINER")
        if found is None:
            return ()
        processes = found.processes()
        if not processes:
            _container.alive(found)  # which it may have ceased to be just now
        return processes

    def listeners(self, container: Named) -> tuple[Listener, ...]:
        """Give the TCP addresses that a container's processes listen on; none of one that the test has stopped."""
        found = self._alive(container, "docker exec CONTAINER netstat -tln")
        return () if found is None else found.listeners()

    def _alive(self, named: Named, look: str) -> Container | None:
        """Give a container that runs, None for one that the test has stopped. Raises Failure with any other's end."""
        where = self._where(named)
        self._show(where, look)
        if where in self._stopped:
            return None
        return _container.running(self._able(abilities.Containers), where)

    def stop(self, container: Named, signal: str | None, grace: float) -> tuple[ContainerState, float, bool]:
        """Stop a container, which stays as it is then for the test; give its end, the seconds, whether by a kill."""
        where = self._where(container)
        self._not_stopped(where)
        with self._timed(grace + 30, "stop", self._steps(where, "docker stop CONTAINER")):
            found = _container.running(self._able(abilities.Containers), where)
            state, seconds = found.stop(signal, grace)
            self._stopped[where] = found
            killed = state.running
            while killed and (state := found.state()).running:
                time.sleep(remaining(_POLL))
        return state, seconds, killed

    def _not_stopped(self, where: str | Where) -> None:
        if where in self._stopped:
            raise Broken("this test has stopped the container: nothing answers in it any more")

    def http(self, container: Named, port: int | None, timeout: float, **request: Any) -> Reply:
        """Send an HTTP request to a published port."""
        where = self._where(container)
        target = self._able(abilities.Containers)
        self._not_stopped(where)
        port = port or self._port(where)
        self.asked = Asked(where, port)
        own = where.publishes if isinstance(where, Where) else None
        sent = Request(own or port, **request)
        commands = _container.from_outside(target, where, port, lambda shown: curl(Request(port, **request), shown))
        with self._timed(timeout, "the request", _THEN.join(commands)):
            found = _container.ready(target, where, expected=f"an answer to {sent.label}")
            reply = ask(found, sent, port, timeout)
        self.seen.evidence = (reply.evidence(sent),)
        return reply

    def _port(self, where: str | Where) -> int:
        """Settle which port is meant where a test names none."""
        if isinstance(where, Where):
            return first_port(lookup.the_one(self.inventory().containers, where))
        spec = self._setting.containers.get(where)
        ports = () if spec is None else spec.publish
        if not ports:
            self._able(abilities.Images).image()  # without one, that is what there is to say
            raise Broken(
                f"nothing says a port of container '{where}': 'publish' of the exercise, or EXPOSE without one"
            )
        if len(ports) > 1:
            raise Broken(f"which port? Container '{where}' publishes several; say port=…")
        return ports[0]

    def _container(self, named: Named, look: str) -> Container:
        where = self._where(named)
        self._show(where, look)
        return self._stopped.get(where) or self._able(abilities.Containers).container(where)

    def _show(self, where: str | Where, look: str) -> None:
        self.seen = Seen(self._steps(where, look))

    def _steps(self, where: str | Where, look: str) -> str:
        self._about(where)
        return _THEN.join(_container.steps(self._able(abilities.Containers), where, look))

    def _about(self, where: str | Where) -> None:
        self.asked = self.asked if where == self.asked.where else Asked(where)

    def _where(self, named: Named) -> str | Where:
        """Settle which container is meant, as a check's `in` does. Raises Broken for one that nobody describes."""
        if isinstance(self._target, abilities.State):
            return Where(**named) if isinstance(named, dict) else Where(container=named)
        known = tuple(self._setting.containers) or ("main",)
        if isinstance(named, dict):
            raise Broken("image=… and publishes=… are for containers that students make; say the container's name")
        name = named or (known[0] if len(known) == 1 else "main")
        if name not in known:
            raise Broken(f"there is no container '{name}' in the exercise; there are {', '.join(known)}")
        return name

    @contextmanager
    def _timed(self, seconds: float, what: str, shown: str | None) -> Iterator[None]:
        """Give one answer a limit of its own, and say with its failure how to see the same."""
        self.seen = Seen(shown)
        try:
            with limit(seconds, f"the time limit of {what}"):
                yield
        except Failure as failure:
            failure.reproduce = failure.reproduce or shown
            raise


_QUESTIONS: Final[dict[str, Callable[..., Any]]] = {
    one.__name__: one
    for one in (
        *(Desk.folder, Desk.dockerfile, Desk.build, Desk.transcript, Desk.inventory),
        *(Desk.image, Desk.image_entry, Desk.run),
        *(Desk.execute, Desk.entry, Desk.state, Desk.ready, Desk.logs, Desk.processes, Desk.listeners),
        *(Desk.stop, Desk.http),
    )
}
"""What can be asked."""
