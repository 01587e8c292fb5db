"""The `volume` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks._problems import Problem, compare, report
from grader.core.check import Check
from grader.core.matchers import Expectation
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import State
    from grader.core.inventory import Inventory
    from grader.core.inventory import Volume as Found


class Volume(Check):
    """Passes if a volume is on the engine where the student's commands ran, and is as expected.

    `exists: false` is for one that was removed, or that should never have been made.
    Without a `name`, `anonymous` counts the volumes that have none, as `docker run -v /data` makes them.
    """

    example: ClassVar[str] = """
    - {id: kept, kind: volume, name: data, used_by: [web]}
    """

    kind: Literal["volume"] = "volume"
    name: str | None = Field(default=None, min_length=1)
    """Its name."""
    exists: bool = True
    """`false`: there must be none of this name; this excludes `labels` and `used_by`."""
    labels: dict[str, Expectation] = Field(default_factory=dict)
    """Labels that must be set, each with its expectation."""
    used_by: tuple[str, ...] = ()
    """Containers, by name, that must have it mounted, whether they run or not."""
    anonymous: Expectation | None = None
    """How many volumes without a name there are."""

    @model_validator(mode="after")
    def _consistent(self) -> Volume:
        if self.name is None and self.anonymous is None:
            raise ValueError("nothing is expected; give name or anonymous")
        if (self.name is None or not self.exists) and (self.labels or self.used_by):
            raise ValueError("labels and used_by are about a volume with a name that exists")
        if self.name is None and not self.exists:
            raise ValueError("exists: false needs a name; for none without a name, write anonymous: 0")
        return self

    def run(self, target: State) -> None:
        inventory = target.inventory()
        report(self._problems(inventory), reproduce="docker volume ls")

    def _problems(self, inventory: Inventory) -> Iterator[Problem]:
        anonymous = sum(one.anonymous for one in inventory.volumes)
        yield from compare("the number of volumes without a name", anonymous, self.anonymous)
        if self.name is None:
            return
        found = next((one for one in inventory.volumes if one.name == self.name), None)
        there = ", ".join(one_line(one.name, 24) for one in inventory.volumes) or "no volumes"
        if found is not None and self.exists:
            yield from self._details(found, inventory)
        elif found is not None:
            yield Problem("volume", f"the volume {self.name} must not be there, and it is", "no such volume", there)
        elif self.exists:
            yield Problem("volume", f"there is no volume {self.name}; there are: {there}", self.name, there)

    def _details(self, found: Found, inventory: Inventory) -> Iterator[Problem]:
        for name, expectation in self.labels.items():
            if name in found.labels:
                yield from compare(f"the label {name} of the volume {found.name}", found.labels[name], expectation)
            else:
                yield Problem(name, f"the volume {found.name} has no label {name}", f"a label {name}", "none")
        users = [
            one.name
            for one in inventory.containers
            if any(each.type == "volume" and each.source == found.name for each in one.mounts)
        ]
        for name in self.used_by:
            if name not in users:
                there = ", ".join(users) or "no container"
                message = f"container '{name}' does not use the volume {found.name}"
                yield Problem(name, message, f"container '{name}' with the volume {found.name}", f"used by: {there}")
