"""The `leftovers` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from grader.core import lookup
from grader.core.check import Check
from grader.core.errors import Mismatch
from grader.core.references import normalize
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.core.abilities import State
    from grader.core.inventory import Inventory

_ENDED: Final = frozenset({"exited", "created", "dead"})


class Leftovers(Check):
    """Passes if the student's commands left nothing over, but what may remain.

    Each field says what may remain of one thing: `[]` for nothing, else the names of those that may.
    With a field, only what has one is looked at; without any, no container, volume or network may remain.
    """

    example: ClassVar[str] = """
    - {id: tidy, kind: leftovers, containers: [web], volumes: []}
    """

    kind: Literal["leftovers"] = "leftovers"
    containers: tuple[str, ...] | None = None
    """Containers that may remain, whether they run or not."""
    running: tuple[str, ...] | None = None
    """Containers that may still run; others may remain once they have ended."""
    volumes: tuple[str, ...] | None = None
    """Volumes that may remain."""
    networks: tuple[str, ...] | None = None
    """Networks that may remain, besides Docker's own."""
    images: tuple[str, ...] | None = None
    """Images that may remain, with their tags; those without any tag must always go."""
    dangling: bool = True
    """`false`: no image without a tag may remain, as a build leaves it whose tag moved on."""

    def run(self, target: State) -> None:
        inventory = target.inventory()
        found = [(one, left) for one in self._things(inventory) if (left := one.left())]
        if not found:
            return
        names = [f"{one.word}: {', '.join(left)}" for one, left in found]
        raise Mismatch(
            f"left over: {'; '.join(names)}",
            expected="\n".join(one.expected for one, _ in found),
            actual="\n".join(names),
            hint=f"These remove them: {', '.join(f'`{one.remove}`' for one, _ in found)}.",
            reproduce="\n".join(dict.fromkeys(one.show for one, _ in found)),
            evidence=lookup.table(inventory.containers),
        )

    def _things(self, inventory: Inventory) -> Iterator[_Thing]:
        fields = (self.containers, self.running, self.volumes, self.networks, self.images)
        default = () if self.dangling and all(one is None for one in fields) else None
        containers, images = inventory.containers, inventory.images
        everyone = {one.name: f"{one.name} ({one.status})" for one in containers}
        alive = {one.name: one.name for one in containers if one.status not in _ENDED}
        volumes = {one.name: one.name for one in inventory.volumes}
        networks = {one.name: one.name for one in inventory.networks}
        tagged = {normalize(tag): tag for one in images for tag in one.tags}
        untagged = {one.id: one.id[7:19] for one in images if not one.tags}
        named = None if self.images is None else tuple(normalize(name) for name in self.images)
        yield _Thing("containers", _or(self.containers, default), everyone, "docker ps -a", "docker rm -f NAME")
        yield _Thing("running containers", self.running, alive, "docker ps", "docker stop NAME")
        yield _Thing("volumes", _or(self.volumes, default), volumes, "docker volume ls", "docker volume rm NAME")
        yield _Thing("networks", _or(self.networks, default), networks, "docker network ls", "docker network rm NAME")
        yield _Thing("images", named, tagged, "docker images", "docker rmi NAME")
        none = () if not self.dangling or self.images is not None else None
        yield _Thing("images without a tag", none, untagged, "docker images", "docker image prune")


class _Thing(NamedTuple):
    """One sort of thing that may be left."""

    word: str
    allowed: tuple[str, ...] | None
    """Names of what may remain; None: all of it."""
    there: Mapping[str, str]
    """What there is, by name, as it is shown."""
    show: str
    """The command that lists them."""
    remove: str
    """The command that removes one."""

    def left(self) -> list[str]:
        allowed = self.there if self.allowed is None else self.allowed
        return [one_line(shown, 60) for name, shown in self.there.items() if name not in allowed]

    @property
    def expected(self) -> str:
        return f"no {self.word} but {', '.join(self.allowed)}" if self.allowed else f"no {self.word}"


def _or(allowed: tuple[str, ...] | None, default: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return default if allowed is None else allowed
