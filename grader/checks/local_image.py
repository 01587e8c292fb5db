"""The `local_image` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import Field, model_validator

from grader.checks._problems import Problem, compare, report
from grader.core import lookup
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch, Missing
from grader.core.matchers import Expectation
from grader.core.quantities import show_bytes
from grader.core.result import Evidence
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import State
    from grader.core.inventory import Inventory
    from grader.core.inventory import LocalImage as Found

_LISTED: Final = 8


class LocalImage(Check):
    """Passes if an image is on the engine where the student's commands ran, and is as expected.

    `exists: false` is for one that was removed, or that should never have been pulled.
    An image is the same as another when it has the same id, whatever both are called.
    """

    example: ClassVar[str] = """
    - {id: pulled, kind: local_image, image: "python:3-slim", unchanged: true}
    """

    kind: Literal["local_image"] = "local_image"
    image: Annotated[str, Field(min_length=1)]
    """Its name and tag; `nginx` is `nginx:latest`. A digest can take the place of the tag."""
    exists: bool = True
    """`false`: there must be none; this excludes the other fields."""
    unchanged: bool | None = None
    """Whether it is the original, as the registry has it, which must be one of the exercise's images."""
    tags: Expectation | None = None
    """All names that the image has, each with its tag."""
    same_as: str | None = None
    """Another name, which must stand for the same image."""
    differs_from: str | None = None
    """Another name, which must stand for another image."""

    @model_validator(mode="after")
    def _consistent(self) -> LocalImage:
        details = (self.unchanged, self.tags, self.same_as, self.differs_from)
        if not self.exists and any(one is not None for one in details):
            raise ValueError("exists: false excludes all that says how the image should be")
        return self

    @property
    def base_images(self) -> tuple[tuple[str, str], ...]:
        return () if self.unchanged is None else (("image", self.image),)

    def run(self, target: State) -> None:
        inventory = target.inventory()
        found = lookup.image(inventory, self.image)
        try:
            if found is None:
                self._absent(inventory)
            else:
                self._present(found, inventory, target)
        except Failure as failure:
            failure.reproduce, failure.evidence = "docker images", _table(inventory)
            raise

    def _absent(self, inventory: Inventory) -> None:
        if self.exists:
            message = f"there is no image {self.image}; there are: {_listing(inventory)}"
            raise Missing(message, expected=self.image, actual=_listing(inventory))

    def _present(self, found: Found, inventory: Inventory, target: State) -> None:
        if not self.exists:
            message = f"the image {self.image} must not be there, and it is"
            raise Mismatch(message, expected=f"no image {self.image}", actual=_listing(inventory))
        report([*self._origin(found, target), *self._names(found, inventory)])

    def _origin(self, found: Found, target: State) -> Iterator[Problem]:
        original = target.original(self.image) if self.unchanged is not None else None
        if original is None or (original.id == found.id) is self.unchanged:
            return
        if self.unchanged:
            message = f"{self.image} is not the image that is pulled under this name: another one was given its name"
            yield Problem("origin", message, f"the image {original.id[:19]}", found.id[:19])
        else:
            message = f"{self.image} is still the image that is pulled under this name"
            yield Problem("origin", message, "another image", found.id[:19])

    def _names(self, found: Found, inventory: Inventory) -> Iterator[Problem]:
        yield from compare(f"the list of names of {self.image}", found.tags, self.tags)
        for name, same in ((self.same_as, True), (self.differs_from, False)):
            other = lookup.image(inventory, name) if name is not None else None
            if name is None:
                continue
            if other is None:
                yield Problem(name, f"there is no image {name}", name, _listing(inventory))
            elif (other.id == found.id) is not same:
                words = ("the same image", "different images")
                expected, actual = words if same else words[::-1]
                yield Problem(name, f"{self.image} and {name} are {actual}, expected {expected}", expected, actual)


def _listing(inventory: Inventory) -> str:
    names = [one_line(tag, 60) for one in inventory.images for tag in one.tags]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (", ".join(names[:_LISTED]) or "no images") + more


def _table(inventory: Inventory) -> tuple[Evidence, ...]:
    rows = [("IMAGE", "ID", "SIZE")]
    for one in inventory.images:
        rows += [(one_line(tag, 60), one.id[7:19], show_bytes(one.size)) for tag in one.tags or ("<none>",)]
    return (Evidence(kind="inspect", title="all images (docker images)", text=lookup.columns(rows)),)
