"""A target made of plain values, which has every ability that a check can ask for."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.core import dockerfile
from grader.core.errors import Failure, Unmet
from grader.core.facts import (
    Build,
    Case,
    Command,
    Completed,
    ContainerState,
    ContextEntry,
    Entry,
    ImageInfo,
    Listener,
    Process,
)
from grader.core.globs import Glob
from grader.core.specs import Where
from tests.support.factories import make_build, make_completed, make_entry, make_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.core.inventory import ContainerFacts, Inventory, LocalImage
    from grader.core.layers import Layers, Search
    from grader.core.transcript import Transcript
    from grader.core.variants import Node, Variant
    from grader.core.variation import Variation


@dataclass
class FakeContainer:
    """A container whose every answer is a field; `stopped` is what stop() gives.

    `stops`, `signals` and `restarts` record what was asked of it.
    """

    name: str = "main"
    now: ContainerState = field(default_factory=make_state)
    stdout: str = ""
    stderr: str = ""
    running: Sequence[Process] = ()
    listening: Sequence[Listener] = ()
    receiving: Sequence[Listener] = ()
    published: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    stopped: tuple[ContainerState, float] = field(
        default_factory=lambda: (make_state(status="exited", exit_code=0), 0.2)
    )
    not_ready: str | None = None
    stops: list[tuple[str | None, float]] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    states: list[ContainerState] = field(default_factory=list)
    """What state() gives one after the other, before `now`."""
    files: dict[str, bytes] = field(default_factory=dict)
    owners: dict[str, tuple[int, int]] = field(default_factory=dict)
    executed: list[Command] = field(default_factory=list)
    answer: Callable[[Command], Completed] | None = None
    made: ContainerFacts | None = None

    def facts(self) -> ContainerFacts:
        if self.made is None:
            raise Unmet("the test says nothing about it")
        return self.made

    def state(self) -> ContainerState:
        return self.states.pop(0) if self.states else self.now

    def logs(self) -> tuple[str, str]:
        return self.stdout, self.stderr

    def processes(self) -> tuple[Process, ...]:
        return tuple(self.running)

    def listeners(self, protocol: str = "tcp", *, surely: bool = False) -> tuple[Listener, ...]:  # noqa: ARG002 - it knows
        return tuple(self.listening if protocol == "tcp" else self.receiving)

    def connect(self, port: int, timeout: float) -> socket.socket:
        if port not in self.published:
            raise Failure(f"port {port} is not published")
        return socket.create_connection(self.published[port], timeout)

    def stop(self, signal: str | None, grace: float) -> tuple[ContainerState, float]:
        self.stops.append((signal, grace))
        return self.stopped

    def signal(self, signal: str) -> None:
        self.signals.append(signal)

    def restart(self, grace: float) -> None:
        self.restarts.append(grace)

    def ready(self) -> str | None:
        return self.not_ready

    def execute(self, command: Command) -> Completed:
        self.executed.append(command)
        return make_completed() if self.answer is None else self.answer(command)

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:  # noqa: ARG002 - as the ability has it
        if path not in self.files:
            return None
        uid, gid = self.owners.get(path, (0, 0))
        return make_entry(path, content=self.files[path], uid=uid, gid=gid)

    def write(self, path: str, content: bytes, owner: tuple[int, int] = (0, 0)) -> None:
        self.files[path] = content
        self.owners[path] = owner


@dataclass
class FakeRebuilt:
    """A build of a variant: what is None was not made."""

    outcome: Build = field(default_factory=make_build)
    made: ImageInfo | None = None
    files: Mapping[str, Entry | bytes] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    by_hand: str = "docker build ."

    def image(self) -> ImageInfo:
        if self.made is None:
            raise Unmet("the image was not built")
        return self.made

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        found = self.files.get(path)
        if isinstance(found, bytes):
            return make_entry(path, content=found)
        return self.entry(found.link) if follow and found is not None and found.link is not None else found

    def tree(self) -> Mapping[str, Node]:
        return self.nodes


@dataclass
class FakeConversation:
    """A program that writes `says`, one piece for every question, whatever is typed; then nothing more.

    An empty piece is a pause; None is the end of its output. `done` records what was done.
    """

    says: list[bytes | None] = field(default_factory=list)
    code: int | None = None
    done: list[object] = field(default_factory=list)

    def receive(self, seconds: float) -> bytes | None:
        time.sleep(min(seconds, 0.005))
        return self.says.pop(0) if self.says else b""

    def send(self, data: bytes) -> None:
        self.done.append(data)

    def end_input(self) -> None:
        self.done.append("end")

    def resize(self, rows: int, columns: int) -> None:
        self.done.append((rows, columns))

    def exit_code(self, seconds: float) -> int | None:  # noqa: ARG002 - as the ability has it
        return self.code


class FakeTarget:
    """Answers from what it was given; what was not given was not built (Unmet).

    `announced`, `expected`, `executed` record what a check asked for.
    """

    def __init__(
        self,
        *,
        source: str | None = None,
        build: Build | None = None,
        rebuilt: Mapping[Variant, FakeRebuilt] | None = None,
        image: ImageInfo | None = None,
        layers: Layers | None = None,
        references: Mapping[str, ImageInfo] | None = None,
        files: Mapping[str, Entry | bytes] | None = None,
        inside: Mapping[str, Entry | bytes] | None = None,
        answer: Callable[[Command, str | Where | None], Completed] | None = None,
        containers: Sequence[FakeContainer] = (),
        inventory: Inventory | None = None,
        originals: Mapping[str, LocalImage] | None = None,
        transcript: Transcript | None = None,
        context: Sequence[ContextEntry] = (),
        spawn: Callable[[Variation], FakeContainer] | None = None,
        conversation: FakeConversation | None = None,
    ) -> None:
        self._conversation = conversation
        self.conversed: list[tuple[str | Where | None, Variation, Command | None]] = []
        self._source = source
        self._build = build
        self._rebuilt = rebuilt or {}
        self._image = image
        self._layers = layers
        self._references = references or {}
        self._files = files
        self._inside = inside
        self._answer = answer
        self._inventory = inventory
        self._originals = originals or {}
        self._transcript = transcript
        self._context = {one.path: one for one in context}
        self._containers = {one.name: one for one in containers}
        self._spawn = spawn
        self.spawned: list[tuple[str | Where | None, Variation]] = []
        self.volumes = 0
        self.announced: list[str] = []
        self.searched: list[Search] = []
        self.announced_commands: list[Command] = []
        self.ahead: list[tuple[Command, Completed]] = []
        self.announced_entries: list[Mapping[str, int]] = []
        self.expected: list[str | Where | None] = []
        self.executed: list[tuple[Command, str | Where | None]] = []

    def dockerfile(self) -> dockerfile.Dockerfile:
        if self._source is None:
            raise Unmet("there is no Dockerfile")
        return dockerfile.parse(self._source)

    def build(self) -> Build:
        if self._build is None:
            raise Unmet("there is nothing to build")
        return self._build

    def rebuild(self, variant: Variant) -> FakeRebuilt:
        return self._rebuilt[variant]

    def in_context(self, path: str) -> ContextEntry:
        return self._context.get(path) or ContextEntry(path, None, ignored=False, rule=None, ignore_file=None)

    def image(self) -> ImageInfo:
        if self._image is None:
            raise Unmet("the image was not built")
        return self._image

    def reference(self, name: str) -> ImageInfo:
        return self._references[name]

    def announce(self, path: str) -> None:
        self.announced.append(path)

    def entry(self, path: str, *, follow: bool = False, container: str | Where | None = None) -> Entry | None:
        files = self._files if container is None else self._inside
        if files is None:
            raise Unmet("the image was not built")
        found = files.get(path)
        if isinstance(found, bytes):
            found = make_entry(path, content=found)
        if follow and found is not None and found.link is not None:
            return self.entry(found.link, follow=True, container=container)
        return found

    def announce_command(self, command: Command) -> None:
        self.announced_commands.append(command)

    def foreseen(self, command: Command) -> Completed | None:
        return next((done for one, done in self.ahead if one == command), None)

    def announce_layers(self, search: Search) -> None:
        self.searched.append(search)

    def layers(self, search: Search) -> Layers:
        if self._layers is None:
            raise Unmet("the image was not built")
        self.searched.append(search)
        return self._layers

    def announce_entries(self, patterns: Mapping[str, int]) -> None:
        self.announced_entries.append(patterns)

    def entries(
        self, patterns: Mapping[str, int], *, container: str | Where | None = None
    ) -> Mapping[str, tuple[Entry, ...]]:
        return {pattern: self._matching(Glob(pattern), keep, container) for pattern, keep in patterns.items()}

    def _matching(self, glob: Glob, keep: int, container: str | Where | None) -> tuple[Entry, ...]:
        files = self._files if container is None else self._inside
        if files is None:
            raise Unmet("the image was not built")
        found = [self.entry(path, container=container) for path in sorted(files) if glob.matches(path)]
        return tuple(
            one if one.content is None else replace(one, content=one.content[:keep] if keep else None)
            for one in found
            if one is not None
        )

    def execute(self, command: Command, container: str | Where | None) -> Completed:
        self.executed.append((command, container))
        return make_completed() if self._answer is None else self._answer(command, container)

    def expect(self, name: str | Where | None) -> None:
        self.expected.append(name)

    def by_hand(self, name: str | None, label: str | None = None) -> str:
        named = [one for one in self._containers.values() if name in {None, one.name}]
        ports = [f" -p {port}:{port}" for one in named[:1] for port in one.published]
        return f"docker run --rm{f' --name {label}' if label else ''}{''.join(ports)} IMAGE"

    def container(self, name: str | Where | None) -> FakeContainer:
        if not self._containers:
            raise Unmet("the image was not built")
        if name is None:
            return self._containers.get("main") or next(iter(self._containers.values()))
        if isinstance(name, Where):
            return self._containers[name.container or "main"]
        return self._containers[name]

    @contextmanager
    def spawn(self, name: str | Where | None, variation: Variation) -> Iterator[FakeContainer]:
        self.spawned.append((name, variation))
        yield self.container(name) if self._spawn is None else self._spawn(variation)

    @contextmanager
    def converse(
        self, name: str | Where | None, variation: Variation, command: Command | None
    ) -> Iterator[FakeConversation]:
        self.conversed.append((name, variation, command))
        if self._conversation is None:
            raise Unmet("the image was not built")
        yield self._conversation

    @contextmanager
    def volume(self) -> Iterator[str]:
        self.volumes += 1
        yield f"volume-{self.volumes}"

    def inventory(self) -> Inventory:
        if self._inventory is None:
            raise Unmet("the commands were not run")
        return self._inventory

    def described(self, name: str | Where | None) -> tuple[ContainerFacts, ...]:
        return (self.container(name).facts(),) if self._containers else self.inventory().containers

    def original(self, reference: str) -> LocalImage | None:
        return self._originals.get(reference)

    def transcript(self) -> Transcript:
        if self._transcript is None:
            raise Unmet("the commands were not run")
        return self._transcript

    def case(self, kind: str, failure: Failure, *, port: int | None, container: str | Where | None) -> Case:
        return Case(
            kind=kind,
            message=failure.message,
            port=port,
            dockerfile=None if self._source is None else self.dockerfile(),
            build=self._build,
            image=self._image,
            containers=self._inventory.containers if self._inventory is not None else (),
            transcript=self._transcript,
            container=next((one.now for one in self._containers.values() if one.name == container), None),
        )
