"""What a student's commands left behind on a disposable engine: the target that checks of them look at."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from grader.core import lookup
from grader.core.clock import limit
from grader.core.errors import SandboxError, TimedOut, Unmet
from grader.core.facts import Case
from grader.core.references import normalize
from grader.core.specs import ContainerSpec, LimitSpec, Where
from grader.sandbox import images, inventory
from grader.sandbox.disposable import client
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot
from grader.sandbox.own import OwnContainer
from grader.sandbox.spawn import Further, Like, spawned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from grader.core.errors import Failure
    from grader.core.facts import Command, Completed, Entry
    from grader.core.inventory import ContainerFacts, Inventory, LocalImage
    from grader.core.transcript import Transcript
    from grader.core.variation import Variation
    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.service import Service

WORK: Final = str(boot.WORK)
"""The student's folder, for the commands and for the engine."""


def begin(
    engine: Isolated, folder: Path, rules: dict[str, Any], names: Iterable[str], missing: Iterable[str]
) -> dict[str, LocalImage]:
    """Get the engine ready for an attempt: the submission in its work folder, the rules with its gatekeeper.

    Gives the exercise's images, by name, as they are now. Those in `missing` are taken away again: they are for the
    student to pull.
    """
    host = engine.host
    if host is None:
        raise SandboxError("the disposable engine has lost the engine that it runs in")
    client.lay(host, engine.place, folder)
    found = {normalize(name): images.inspect(engine, name) for name in names}
    originals = {name: inventory.local_image(raw) for name, raw in found.items() if raw is not None}
    with translated("taking away the images that are to be pulled"):
        for name in missing:
            engine.api.remove_image(name, force=True)
    engine.ask({"op": "rules", "rules": rules})
    return originals


class Workspace(Further):
    """Implements the abilities State, Transcribes, Described, Spawns, Converses, Runs, Files and Explains."""

    def __init__(
        self,
        ledger: Ledger,
        engine: Isolated,
        originals: dict[str, LocalImage],
        transcript: Transcript,
        files: Mapping[str, int] | None = None,
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._originals = originals
        self._transcript = transcript
        self._files = files or {}

    def transcript(self) -> Transcript:
        """Give what the commands did."""
        return self._transcript

    def inventory(self) -> Inventory:
        """Give what is there now; checks may wait for something to happen."""
        return inventory.take(self._engine, WORK)

    def described(self, name: str | Where | None) -> tuple[ContainerFacts, ...]:  # noqa: ARG002 - the ability's signature
        """Give all containers that the student made."""
        return self.inventory().containers

    def original(self, reference: str) -> LocalImage | None:
        """Give one of the exercise's images as it was before the commands ran."""
        return self._originals.get(normalize(reference))

    def expect(self, name: str | Where | None) -> None:
        """Nothing can be made ready: the containers are the student's."""

    def by_hand(self, name: str | None, label: str | None = None) -> str:  # noqa: ARG002 - the ability's signature
        """Give the command that shows the containers: no command of ours starts them."""
        return "docker ps -a"

    def container(self, name: str | Where | None) -> OwnContainer:
        """Find a container that the student made."""
        return OwnContainer(self._engine, lookup.the_one(self.inventory().containers, _where(name)))

    def _like(self, name: str | Where | None) -> Like:
        """Take the image that one of the student's containers was made from."""
        found = lookup.the_one(self.inventory().containers, _where(name))
        return Like(found.name, ContainerSpec(), found.image_id, bytes, LimitSpec().start)

    @contextmanager
    def spawn(self, name: str | Where | None, variation: Variation) -> Iterator[Service]:
        """Start a container like the student's, but for the variation."""
        like = self._like(name)
        if variation.by_name:
            found = self.inventory()
            like = replace(like, image=_by_name(found, lookup.the_one(found.containers, _where(name))))
        with spawned(self._ledger, like, variation) as service:
            yield service

    @contextmanager
    def _running(self, name: str | Where | None) -> Iterator[str]:
        yield lookup.the_one(self.inventory().containers, _where(name)).id

    def execute(self, command: Command, container: str | Where | None) -> Completed:
        """Run a command in one of the student's containers."""
        return self.container(container).execute(command)

    def announce_command(self, command: Command) -> None:
        """Nothing runs ahead: the containers are the student's."""

    def foreseen(self, command: Command) -> Completed | None:  # noqa: ARG002 - the ability's signature
        """Give nothing."""
        return None

    def announce(self, path: str) -> None:
        """Nothing can be fetched together: what is looked at may change."""

    def entry(self, path: str, *, follow: bool = False, container: str | Where | None = None) -> Entry | None:
        """Give what is at a path of one of the student's containers."""
        return self.container(container).entry(path, follow=follow)

    def announce_entries(self, patterns: Mapping[str, int]) -> None:
        """Nothing can be fetched together here either."""

    def entries(
        self, patterns: Mapping[str, int], *, container: str | Where | None = None
    ) -> Mapping[str, tuple[Entry, ...]]:
        """Give what matches patterns in one of the student's containers."""
        return self.container(container).entries(patterns)

    def case(self, kind: str, failure: Failure, *, port: int | None, container: str | Where | None) -> Case:
        """Collect what is known, for explaining a failure."""
        where = container if isinstance(container, Where) else Where(container=container)
        known = tuple(self._originals)
        facts = Case(
            kind=kind,
            message=failure.message,
            port=port,
            files=self._files,
            allowed_images=known,
            transcript=self._transcript,
        )
        try:
            with limit(10, "the time for looking at a failure"):
                return self._with_containers(facts, where)
        except (SandboxError, TimedOut, Unmet):
            return facts

    def _with_containers(self, facts: Case, where: Where) -> Case:
        from grader.core.errors import Failure

        found = self.inventory().containers
        facts = replace(facts, containers=found)
        try:
            own = OwnContainer(self._engine, lookup.the_one(found, where))
            out, err = own.logs()
            return replace(facts, container=own.state(), listeners=own.listeners(), logs=(out + err)[-20_000:])
        except Failure:
            return facts


def _by_name(found: Inventory, container: ContainerFacts) -> str:
    """Give the id of what has the name of a container's image now; its own image where nothing has."""
    name = normalize(container.image)
    named = (one.id for one in found.images if name in map(normalize, one.tags))
    return next(named, container.image_id)


def _where(name: str | Where | None) -> Where:
    return name if isinstance(name, Where) else Where(container=name)
