"""A Dockerfile project on an engine: the target that checks of Dockerfile submissions look at."""

from __future__ import annotations

import shlex
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path  # noqa: TC003 - the dataclass decorator reads it
from typing import TYPE_CHECKING

from grader.core.clock import budget
from grader.core.dockerfile import DockerfileError
from grader.core.errors import Failure, SandboxError, Unmet
from grader.core.facts import Build, Case
from grader.core.layers import instructions
from grader.core.specs import BuildSpec, ContainerSpec, LimitSpec, Where
from grader.sandbox import context, images
from grader.sandbox.absent import Absent
from grader.sandbox.ahead import Ahead
from grader.sandbox.builder import AS_DESCRIBED, Builder
from grader.sandbox.evidence import Evidence
from grader.sandbox.files import ImageFiles
from grader.sandbox.foresight import Foresight
from grader.sandbox.layers import Reading
from grader.sandbox.policy import Refused, attempts
from grader.sandbox.spawn import Further, Like

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.core.dockerfile import Dockerfile
    from grader.core.facts import Command, Completed, ContextEntry, Entry, ImageInfo
    from grader.core.inventory import ContainerFacts
    from grader.core.layers import Layers, Search
    from grader.core.progress import Progress
    from grader.core.variants import Variant
    from grader.core.variation import Variation
    from grader.sandbox.context import Survey
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.preparation import Preparation
    from grader.sandbox.service import Service
    from grader.sandbox.variants import Rebuilt


@dataclass(frozen=True, slots=True)
class Plan:
    """What is built and run, and within which limits."""

    context: Path
    dockerfile: Path
    images: tuple[str, ...] = ()
    build: BuildSpec = field(default_factory=BuildSpec)
    containers: Mapping[str, ContainerSpec] = field(default_factory=dict)
    limits: LimitSpec = field(default_factory=LimitSpec)


class Project(Further):
    """Builds on first use, starts containers on first use, and answers every question about them.

    Without an engine, where nothing is built, an attempt to get out raises PolicyError at once.
    Implements the abilities Source, Builds, Images, Files, Runs, Described, Spawns, Converses, Rebuilds, Explains.
    """

    def __init__(self, ledger: Ledger, plan: Plan, preparation: Preparation, progress: Progress) -> None:
        self._ledger = ledger
        self._preparation = preparation
        self._plan = plan
        self._progress = progress
        self._builder = Builder(ledger, plan, preparation, progress)
        self._image: ImageInfo | None = None
        self._files = ImageFiles(ledger, self._image_id)
        self._survey: Survey | None = None
        self._reading = Reading(ledger.engine)
        common = partial(self._spec, self._name(None))
        self._commands = Foresight(ledger, self._image_id, common, lambda: self.image().env)
        self._services: dict[str, Service] = {}
        self._expected: str | None = None
        self._ahead: Ahead[Service] | None = None
        self._evidence = Evidence(self.image, partial(self.entry, follow=True))
        self._rebuilt: dict[Variant, Rebuilt] = {}
        if isinstance(ledger.engine, Absent):  # else a build sees to it, before it begins
            with suppress(DockerfileError):  # text that is no Dockerfile is for checks to explain
                attempts(self.dockerfile())

    def dockerfile(self) -> Dockerfile:
        """Give the student's Dockerfile, parsed."""
        return self._builder.dockerfile()

    def build(self) -> Build:
        """Build once; raises Refused or DockerfileError, each a Failure, where nothing may or can be built."""
        first = self._builder.tried is None
        built = self._builder.build()
        if first and built.image is not None:
            self._start_ahead(built.image)
        return built

    def rebuild(self, variant: Variant) -> Rebuilt:
        """Build a variant once; raises Failure where nothing may or can be built."""
        outcome = self.build() if variant == AS_DESCRIBED else self._builder.build(variant)
        if variant not in self._rebuilt:
            from grader.sandbox.variants import Rebuilt, by_hand

            plan = self._plan
            command = by_hand(plan.build, plan.dockerfile, plan.context, variant)
            self._rebuilt[variant] = Rebuilt(self._ledger, outcome, command, plan.build.timeout)
        return self._rebuilt[variant]

    def image(self) -> ImageInfo:
        """Give the configuration of the built image."""
        if self._image is None:
            raw = images.inspect(self._ledger.engine, self._image_id())
            if raw is None:
                raise SandboxError("the image that was just built has disappeared from the engine")
            self._image = images.configuration(raw)
        return self._image

    def in_context(self, path: str) -> ContextEntry:
        """Give what is at a path of the build context, and whether it reaches the build."""
        return context.look(self._plan.context, self._plan.dockerfile, path)

    def _image_id(self) -> str:
        try:
            built = self.build()
        except Failure:
            raise Unmet("the image was not built") from None
        if built.image is None:
            raise Unmet("the image was not built")
        return built.image

    def reference(self, name: str) -> ImageInfo:
        """Give the configuration of one of the exercise's base images."""
        self._preparation.settle()
        raw = images.inspect(self._ledger.engine, name)
        if raw is None:
            raise SandboxError(f"image {name} is not there", hint="Run `grader images pull`.")
        return images.configuration(raw)

    def announce(self, path: str) -> None:
        """Remember that a path of the image will be asked for."""
        self._files.announce(path)

    def entry(self, path: str, *, follow: bool = False, container: str | Where | None = None) -> Entry | None:
        """Give what is at a path of the image, or of a container."""
        if container is not None:
            return self.container(container).entry(path, follow=follow)
        return self._files.entry(path, follow=follow)

    def announce_entries(self, patterns: Mapping[str, int]) -> None:
        """Remember that what matches patterns will be asked for."""
        self._files.announce_entries(patterns)

    def entries(
        self, patterns: Mapping[str, int], *, container: str | Where | None = None
    ) -> Mapping[str, tuple[Entry, ...]]:
        """Give what matches patterns in the image, or in a container."""
        return (self._files if container is None else self.container(container)).entries(patterns)

    def announce_layers(self, search: Search) -> None:
        """Remember what will be looked for in the layers of the image."""
        self._reading.announce(search)

    def layers(self, search: Search) -> Layers:
        """Give the layers of the built image."""
        image = self._image_id()
        self._reading.announce(search)
        return self._reading.layers(image, self._plan.images, instructions(self.dockerfile(), self._plan.build.target))

    def execute(self, command: Command, container: str | Where | None) -> Completed:
        """Run a command in a running container, or in a fresh one of the image."""
        if container is not None:
            return self.container(container).execute(command)
        return self._commands.execute(command)

    def announce_command(self, command: Command) -> None:
        """Remember a command that will be run in a fresh container."""
        self._commands.announce(command)

    def foreseen(self, command: Command) -> Completed | None:
        """Give what a command did that was run ahead."""
        return self._commands.take(command)

    def expect(self, name: str | Where | None) -> None:
        """Remember that a container will be asked for."""
        self._expected = self._expected or self._name(name)

    def by_hand(self, name: str | None, label: str | None = None) -> str:
        """Give the `docker run` command with which a person starts the same container."""
        spec = self._spec(self._name(name))
        words = ["docker", "run", "--rm", *(["--name", label] if label else []), *(["-it"] if spec.tty else [])]
        words += [word for port in spec.publish for word in ("-p", f"{port}:{port}")]
        words += [word for pair in spec.env.items() for word in ("-e", "=".join(pair))]
        return shlex.join([*words, "IMAGE", *(spec.command or ())])

    def container(self, name: str | Where | None) -> Service:
        """Start the named container if it isn't there yet, and wait until it is ready or won't be."""
        self._commands.quiet()
        name = self._name(name)
        service = self._services.get(name)
        if service is not None and service.stopped:
            self._services.pop(name).remove()
            service = None
        if service is None:
            image = self._image_id()
            spec = self._spec(name)
            self._progress.phase(f"Starting container {name}")
            with budget("start", self._plan.limits.start + spec.ready.within):
                service = self._started(name) or self._start(name, image)
                self._services[name] = service
                service.ready()
        return service

    @contextmanager
    def spawn(self, name: str | Where | None, variation: Variation) -> Iterator[Service]:
        """Start a container like the named one, but for the variation; what a check fails on is looked at."""
        with super().spawn(name, variation) as service:
            try:
                yield service
            except Failure as failure:
                self._evidence.keep(failure, service)
                raise

    def described(self, name: str | Where | None) -> tuple[ContainerFacts, ...]:
        """Give the facts of one of the exercise's containers, as the exercise calls it."""
        facts = self.container(name).facts()
        return (replace(facts, name=self._name(name), image="IMAGE"),)

    def _like(self, name: str | Where | None) -> Like:
        self._commands.quiet()
        name, image = self._name(name), self._image_id()
        self._progress.phase("Starting another container")
        return Like(name, self._spec(name), image, self._passwd, self._plan.limits.start)

    def _start_ahead(self, image: str) -> None:
        """Start the first container that will be needed, while checks look at the image."""
        name = self._expected
        if name is not None:
            self._ahead = Ahead(lambda: self._start(name, image))

    def _start(self, name: str, image: str) -> Service:
        from grader.sandbox.service import Service

        return Service(self._ledger, name, self._spec(name), image, self._passwd)

    def _started(self, name: str) -> Service | None:
        ahead = self._ahead
        if ahead is None or name != self._expected:
            return None
        ahead.join()  # until then it stays what close() waits for
        self._ahead = None
        return ahead.result()

    def close(self) -> None:
        """Wait for what goes on in the background, so that nothing is made after everything was removed."""
        self._commands.quiet()
        if self._ahead is not None:
            self._ahead.join()

    def _name(self, name: str | Where | None) -> str:
        if isinstance(name, Where):
            name = name.container  # which no exercise with containers of its own says
        if name is not None:
            return name
        return "main" if len(self._plan.containers) != 1 else next(iter(self._plan.containers))

    def _spec(self, name: str) -> ContainerSpec:
        return self._plan.containers.get(name) or ContainerSpec()

    def _passwd(self) -> bytes:
        found = self.entry("/etc/passwd", follow=True)
        return (found.content or b"") if found is not None else b""

    def case(self, kind: str, failure: Failure, *, port: int | None, container: str | Where | None) -> Case:
        """Collect what is known. Looks, but starts nothing; what can't be had is left out."""
        if self._survey is None:
            self._survey = context.survey(self._plan.context, self._plan.dockerfile)
        builder, found = self._builder, self._survey
        # A check of a variant has failed for what that build did, not for what the usual one does.
        tried = builder.seen if kind == "build" else builder.tried
        service = self._services.get(self._name(container))
        facts = Case(
            kind=kind,
            message=failure.message,
            port=port,
            dockerfile=builder.parsed,
            text=builder.text,
            files=found.files,
            ignored=found.ignored,
            scripts=found.scripts,
            allowed_images=self._plan.images,
            build=tried if isinstance(tried, Build) else None,
            offline=self._plan.build.network == "none",
            image=self._image if isinstance(tried, Build) and tried.ok and tried is builder.tried else None,
            refused=tried.rule if isinstance(tried, Refused) else None,
        )
        seen = self._evidence.kept(failure) or (self._evidence.of(service) if service is not None else {})
        return replace(facts, **seen)
