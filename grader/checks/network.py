"""The `network` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks._problems import Problem, compare, report
from grader.core.check import Check
from grader.core.lookup import similar
from grader.core.matchers import Expectation
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import State
    from grader.core.inventory import Inventory
    from grader.core.inventory import Network as Found


class Network(Check):
    """Passes if a network is on the engine where the student's commands ran, and is as expected.

    `exists: false` is for one that was removed, or that should never have been made.
    The networks that Docker itself brings (`bridge`, `host`, `none`) are not among those that are looked at.
    An alias that a container has on a network is known on that network only: look for it with a `command` check in
    another container that is on it, such as `{kind: command, in: web, run: [ping, -c, "1", database]}`.
    """

    example: ClassVar[str] = """
    - {id: private, kind: network, name: backend, containers: [db, web]}
    """

    kind: Literal["network"] = "network"
    name: Annotated[str, Field(min_length=1)]
    """Its name."""
    exists: bool = True
    """`false`: there must be none of this name; this excludes the other fields."""
    driver: Expectation | None = None
    """Its driver: `bridge`, if the student names none."""
    internal: bool | None = None
    """Whether it leads nowhere outside (`--internal`)."""
    containers: Expectation | None = None
    """The names of the running containers on it: `[db, web]` must all be there, `{not: [web]}` must not,
    `{length: 2}` counts them."""

    @model_validator(mode="after")
    def _consistent(self) -> Network:
        if not self.exists and any(one is not None for one in (self.driver, self.internal, self.containers)):
            raise ValueError("exists: false excludes all that says how the network should be")
        return self

    def run(self, target: State) -> None:
        inventory = target.inventory()
        found = next((one for one in inventory.networks if one.name == self.name), None)
        if found is not None and self.exists:
            report(self._details(found), reproduce=f"docker network inspect {self.name}")
        else:
            report(self._presence(inventory, there=found is not None), reproduce="docker network ls")

    def _presence(self, inventory: Inventory, *, there: bool) -> Iterator[Problem]:
        names = ", ".join(one_line(one.name, 40) for one in inventory.networks) or "none but Docker's own"
        if there:
            yield Problem("network", f"the network {self.name} must not be there, and it is", "no such network", names)
        elif self.exists:
            near = similar(self.name, (one.name for one in inventory.networks))
            also = f"; '{one_line(near, 40)}' is nearly '{self.name}'" if near is not None else ""
            yield Problem("network", f"there is no network {self.name}; there are: {names}{also}", self.name, names)

    def _details(self, found: Found) -> Iterator[Problem]:
        yield from compare(f"the driver of the network {found.name}", found.driver, self.driver)
        if self.internal not in (None, found.internal):
            words = ("an internal network (--internal)", "a network with a way out")
            expected, actual = words if self.internal else words[::-1]
            yield Problem("internal", f"the network {found.name} is {actual}, expected {expected}", expected, actual)
        subject = f"the list of running containers on the network {found.name}"
        yield from compare(subject, sorted(found.containers), self.containers)
