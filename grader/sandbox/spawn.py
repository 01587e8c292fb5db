"""Further containers and volumes that a check needs for a while."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.core.clock import budget
from grader.sandbox.engine import LABEL
from grader.sandbox.errors import translated
from grader.sandbox.ledger import uninterrupted
from grader.sandbox.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.facts import Variation
    from grader.core.specs import ContainerSpec
    from grader.sandbox.ledger import Ledger


@contextmanager
def spawned(  # noqa: PLR0917 - what a container is made of
    ledger: Ledger,
    name: str,
    spec: ContainerSpec,
    image: str,
    passwd: Callable[[], bytes],
    variation: Variation,
    seconds: float,
) -> Iterator[Service]:
    """Start a container for the block, within `seconds` besides its time to get ready; it is removed afterwards."""
    with budget("start", seconds + spec.ready.within):
        service = Service(ledger, name, spec, image, passwd, variation)
    try:
        if variation.await_ready:
            with budget("start", spec.ready.within + 1):
                service.ready()
        yield service
    finally:
        with uninterrupted():
            service.remove()


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
