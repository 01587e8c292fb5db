"""The `immutable` check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.checks._attributes import AbsolutePath
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.specs import Where
from grader.core.variation import Variation

if TYPE_CHECKING:
    from grader.core.abilities import Instances

_MARK = b"changed in a container\n"


class Immutable(Check):
    """Passes if a change in a container is not in its image, and so not in the next container.

    A student must have changed or made the file at `path` in the container `in`, or removed it (`removed: true`); in a
    new container of the same image, it must be as it was.
    For a Dockerfile, the change is made in a container for this check, which must run on or end well, from outside or
    by `run`.
    The new container is not started: it shows what the image has.
    Of a student's, another one shows that the image's name does not lead to an image with the change, as it does after
    `docker commit`.
    """

    example: ClassVar[str] = """
    - {id: image-stays, kind: immutable, path: /etc/motd, title: A change in a container leaves the image alone}
    """

    kind: Literal["immutable"] = "immutable"
    path: AbsolutePath
    """The file that is changed."""
    removed: bool = False
    """Whether the change is that the file is gone; only for containers that students make."""
    run_: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, alias="run")
    """A program of the image, with its arguments, that makes, changes or removes the file.

    Not for students' own containers.
    """

    @model_validator(mode="after")
    def _consistent(self) -> Immutable:
        if isinstance(self.in_, Where) and self.run_ is not None:
            raise ValueError("run is for containers of the exercise's: students change their files themselves")
        if not isinstance(self.in_, Where) and self.removed:
            raise ValueError("removed is for containers that students make")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    def run(self, target: Instances) -> None:
        if isinstance(self.in_, Where):
            container = target.container(self.in_)
            image = container.facts().image
            fresh = _spawned.fresh(self.path, shlex.quote(image))
            with _container.reproducible(f"docker diff {_container.handle(self.in_)}; {fresh}"):
                before = self._in_the_image(target)
                after = _spawned.content(container, self.path)
                self._judge_own(container.name, before, after)
                self._judge_name(image, after, self._in_the_image(target, by_name=True))
            return
        commands = (
            _spawned.started(target, self.in_),
            f"{_spawned.making(self.path, self.run_, 'try')}; {_spawned.fresh(self.path, 'IMAGE')}",
        )
        with _container.reproducible(*commands):
            before = self._in_the_image(target)
            with target.spawn(self.in_, Variation()) as container:
                _spawned.works(container)
                after = _spawned.change(container, self.path, self.run_, _MARK)
            if after == before:
                raise Mismatch(
                    f"{self.path} was not changed in the container: it is "
                    f"{'not there, nor in the image' if after is None else 'as in the image'}",
                    expected="another content",
                    actual=_spawned.text(after),
                )
            now = self._in_the_image(target)
            if now != before:
                raise Mismatch(
                    f"{self.path} has changed in a new container of the image",
                    expected=_spawned.text(before),
                    actual=_spawned.text(now),
                )

    def _in_the_image(self, target: Instances, *, by_name: bool = False) -> bytes | None:
        with target.spawn(self.in_, Variation(start=False, by_name=by_name)) as fresh:
            return _spawned.content(fresh, self.path)

    def _judge_name(self, image: str, after: bytes | None, now: bytes | None) -> None:
        """Compare with what the name of the image means now: docker commit, and a build, give it to another image."""
        if now == after:
            raise Mismatch(
                f"{self.path} is {'gone from' if self.removed else 'changed in'} the image {image}, too: "
                "the name stands for another image now than when the container was made",
                expected=f"{image} as it was",
                actual=_spawned.text(now),
                hint="docker commit makes an image of a container and its changes; with the name of an image that is "
                "there already, it takes that one's place.",
            )

    def _judge_own(self, name: str, before: bytes | None, after: bytes | None) -> None:
        if self.removed:
            if after is not None:
                raise Mismatch(
                    f"{self.path} is still in container '{name}'", expected="nothing there", actual=_spawned.text(after)
                )
            if before is None:
                raise Missing(
                    f"{self.path} is not in the image of container '{name}' either",
                    expected=self.path,
                    actual="nothing",
                )
            return
        if after is None:
            raise Missing(f"there is no file {self.path} in container '{name}'", expected=self.path, actual="nothing")
        if after == before:
            raise Mismatch(
                f"{self.path} is in a new container of the same image, with the same content: "
                f"it is part of the image, and was not changed in container '{name}'",
                expected=f"{self.path} is changed in the container only",
                actual=_spawned.text(before),
            )
