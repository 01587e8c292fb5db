"""The `size` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks._problems import Problem, report
from grader.core.check import Check
from grader.core.quantities import Bytes, show_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import Images
    from grader.core.facts import ImageInfo


class Size(Check):
    """Passes if the image is small enough.

    Limits on the whole image depend on its base.
    Limits on what was added compare it with the base image itself: they hold whichever version of it is used.
    """

    example: ClassVar[str] = """
    - {id: small, kind: size, reference: "python:3-slim", added_at_most: 30MB, added_layers_at_most: 6}
    """

    kind: Literal["size"] = "size"
    at_most: Bytes | None = None
    """Bytes of all layers together."""
    layers_at_most: Annotated[int, Field(ge=1)] | None = None
    """Number of layers, those of the base image included."""
    reference: str | None = None
    """The image to compare with: one of the exercise's `images`."""
    added_at_most: Bytes | None = None
    """Bytes over those of `reference`."""
    added_layers_at_most: Annotated[int, Field(ge=0)] | None = None
    """Layers over those of `reference`."""

    @model_validator(mode="after")
    def _has_limits(self) -> Size:
        added = self.added_at_most is not None or self.added_layers_at_most is not None
        if added and self.reference is None:
            raise ValueError("added_at_most and added_layers_at_most need a reference to compare with")
        if self.reference is not None and not added:
            raise ValueError("a reference needs added_at_most or added_layers_at_most")
        if not added and self.at_most is None and self.layers_at_most is None:
            raise ValueError("there is no limit; give at_most, layers_at_most or a reference")
        return self

    @property
    def base_images(self) -> tuple[tuple[str, str], ...]:
        return () if self.reference is None else (("reference", self.reference),)

    def run(self, target: Images) -> None:
        image = target.image()
        problems = list(self._whole(image))
        if self.reference is not None:
            problems += self._added(image, target.reference(self.reference))
        report(problems, reproduce="docker history IMAGE")

    def _whole(self, image: ImageInfo) -> Iterator[Problem]:
        yield from _bytes("the image has", image.size, self.at_most)
        yield from _layers("the image has", image.layers, self.layers_at_most)

    def _added(self, image: ImageInfo, base: ImageInfo) -> Iterator[Problem]:
        subject = f"the image adds to {self.reference}"
        yield from _bytes(subject, image.size - base.size, self.added_at_most)
        yield from _layers(subject, image.layers - base.layers, self.added_layers_at_most)


def _bytes(subject: str, size: int, limit: int | None) -> Iterator[Problem]:
    if limit is not None and size > limit:
        # Close to the limit, the rounded sizes would be the same.
        exact = show_bytes(size) == show_bytes(limit)
        found, most = (f"{size} bytes", f"{limit} bytes") if exact else (show_bytes(size), show_bytes(limit))
        yield Problem("size", f"{subject} {found}, at most {most} are allowed", f"at most {most}", found)


def _layers(subject: str, count: int, limit: int | None) -> Iterator[Problem]:
    if limit is not None and count > limit:
        found, most = _plural(count), _plural(limit)
        yield Problem("layers", f"{subject} {found}, at most {most} are allowed", f"at most {most}", found)


def _plural(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"
