"""Further containers and volumes that a check needs for a while."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.clock import budget
from grader.core.errors import SandboxError
from grader.sandbox.engine import LABEL
from grader.sandbox.errors import translated
from grader.sandbox.ledger import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.facts import Command
    from grader.core.handles import Conversation
    from grader.core.specs import ContainerSpec, Where
    from grader.core.variation import Variation
    from grader.sandbox.engine import Engine
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.service import Service


@dataclass(frozen=True, slots=True)
class Like:
    """What a further container is like."""

    name: str
    spec: ContainerSpec
    image: str
    passwd: Callable[[], bytes]
    """Gives the image's /etc/passwd."""
    seconds: float
    """The time in which it has to start, besides its time to get ready."""


class Further(ABC):
    """Implements the abilities Spawns and Converses, for targets that know what a further container is like."""

    _ledger: Ledger

    @abstractmethod
    def _like(self, name: str | Where | None) -> Like:
        """Say what a container is like that is like the named one."""

    @contextmanager
    def spawn(self, name: str | Where | None, variation: Variation) -> Iterator[Service]:
        """Start a container like the named one, but for the variation."""
        with spawned(self._ledger, self._like(name), variation) as service:
            yield service

    @contextmanager
    def volume(self) -> Iterator[str]:
        """Make an empty volume."""
        with volume(self._ledger) as name:
            yield name

    @contextmanager
    def converse(
        self, name: str | Where | None, variation: Variation, command: Command | None
    ) -> Iterator[Conversation]:
        """Talk to the main process of a container like the named one, or to a command in a running one."""
        from grader.sandbox.session import conversation, conversation_inside

        if command is None:
            with conversation(self._ledger, self._like(name), variation) as session:
                yield session
            return
        with (
            self._running(name) as container,
            conversation_inside(self._ledger.engine.api, container, command, tty=bool(variation.tty)) as session,
        ):
            yield session

    @contextmanager
    def _running(self, name: str | Where | None) -> Iterator[str]:
        """Give the id of a container in which a command may leave something behind."""
        from grader.core.variation import Variation

        with self.spawn(name, Variation()) as service:
            yield service.id


@contextmanager
def spawned(ledger: Ledger, like: Like, variation: Variation) -> Iterator[Service]:
    """Start a container for the block; it is removed afterwards."""
    from grader.sandbox.service import Service

    within = like.spec.ready.within
    if variation.memory is not None:
        _limits_memory(ledger.engine)
    with budget("start", like.seconds + within):
        service = Service(ledger, like.name, like.spec, like.image, like.passwd, variation)
    try:
        if variation.await_ready and variation.start:
            with budget("start", within + 1):
                service.ready()
        yield service
    finally:
        with uninterrupted():
            service.remove()


def _limits_memory(engine: Engine) -> None:
    """Refuse to try what would prove nothing."""
    with translated("asking the engine about itself"):
        limits = engine.api.info().get("MemoryLimit")
    if not limits:
        raise SandboxError("this engine does not limit the memory of containers", hint="`grader doctor` says more.")


@contextmanager
def volume(ledger: Ledger) -> Iterator[str]:
    """Make an empty volume for the block; containers that use it must have gone before it ends."""
    name = ledger.name("volume")
    with uninterrupted(), translated("creating a volume"):
        ledger.engine.api.create_volume(name, "local", labels={LABEL: ledger.attempt})
    try:
        yield name
    finally:
        with uninterrupted(), translated("removing a volume"):
            ledger.engine.api.remove_volume(name, force=True)
            ledger.drop("volume", name)
