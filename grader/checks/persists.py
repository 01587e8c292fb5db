"""The `persists` check."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.checks._attributes import AbsolutePath
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.quantities import Seconds
from grader.core.result import Evidence
from grader.core.specs import Where
from grader.core.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.abilities import Instances
    from grader.core.inventory import Mounted

_MARK = b"written in the first container\n"
_NAME = "kept"
"""The file that is written where the author names none."""


class Persists(Check):
    """Passes if data outlives its container, on a volume.

    For a Dockerfile, two containers are started one after the other, with the same new volume: what is written in the
    first must be there in the second, which finds it when it starts.
    The first must run on or end well; what the check itself writes may be nothing that the second can read.
    The volume is mounted at `volume`; without that, where the image's VOLUME says, and it is a failure if that says
    nothing, or does not lead to `path`.
    For a container that a student made, `path` must be there, on a volume or in a folder of the student's machine, and
    a new container with that volume must find it.
    Files are written and read from outside, so no shell is needed in the image; `run` writes with a program of it.
    """

    example: ClassVar[str] = """
    - {id: keeps, kind: persists, path: /data/notes.txt, volume: /data, title: Notes outlive their container}
    """

    kind: Literal["persists"] = "persists"
    path: AbsolutePath | None = None
    """The file; default: one of the check's own, on the image's only VOLUME."""
    volume: AbsolutePath | None = None
    """Where the volume is mounted; default: where the image's VOLUME says."""
    run_: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, alias="run")
    """A program of the image, with its arguments, that writes the file when it is run in the first container."""
    grace: Annotated[Seconds, Field(gt=0, le=60)] = 2.0
    """The time that the first container has to stop; then it is killed."""

    @model_validator(mode="after")
    def _consistent(self) -> Persists:
        own = isinstance(self.in_, Where)
        if own and self.path is None:
            raise ValueError("path is needed: which file of the container must be on a volume?")
        if own and (self.volume is not None or self.run_ is not None):
            raise ValueError("volume and run are for containers of the exercise's: students mount and write themselves")
        if self.run_ is not None and self.path is None:
            raise ValueError("run needs the path of the file that it writes")
        if self.path is not None and self.volume is not None and not _inside(self.path, self.volume):
            raise ValueError("path must lie below volume")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    def run(self, target: Instances) -> None:
        if isinstance(self.in_, Where):
            self._of_the_student(target, self.in_, self.path or "/")
            return
        folder = self.volume or self._declared(target)
        path = self.path or posixpath.join(folder, _NAME)
        commands = (
            _spawned.started(target, self.in_, f" -v data:{folder}", "first"),
            f"{_spawned.making(path, self.run_, 'first')}; docker stop first",
            _spawned.started(target, self.in_, f" -v data:{folder}", "second"),
            f"{_spawned.showing(path, 'second')}; docker rm -f second; docker volume rm data",
        )
        with _container.reproducible(*commands), target.volume() as name:
            variation = Variation(volumes={folder: name})
            with target.spawn(self.in_, variation) as first:
                _spawned.works(first)
                written = _spawned.make(first, path, self.run_, _MARK)
                first.stop(None, self.grace)
            with target.spawn(self.in_, variation) as second:
                self._same(path, written, _spawned.content(second, path), "a second container with the same volume")

    def _declared(self, target: Instances) -> str:
        """Give where the image says that a volume belongs."""
        with target.spawn(self.in_, Variation(start=False)) as made:
            found = [one.target for one in made.facts().mounts if one.type == "volume"]
        fitting = [one for one in found if self.path is None or _inside(self.path, one)]
        if self.path is not None and fitting:
            return max(fitting, key=len)
        if len(fitting) == 1:
            return fitting[0]
        said = f"VOLUME {' '.join(sorted(found))}" if found else "no VOLUME"
        if self.path is None and fitting:
            message = f"the image declares several volumes, and nothing says which one is meant: {said}"
        else:
            message = f"the image declares no volume that holds {self.path or 'data'}"
        raise Missing(
            message,
            expected="VOLUME with one folder" if self.path is None else f"VOLUME with a folder that holds {self.path}",
            actual=said,
            hint="VOLUME in the Dockerfile names the folder whose content is to outlive containers.",
            reproduce="docker inspect --format '{{json .Config.Volumes}}' IMAGE",
        )

    def _of_the_student(self, target: Instances, where: Where, path: str) -> None:
        with _container.reproducible(f"docker inspect --format '{{{{json .Mounts}}}}' {_container.handle(where)}"):
            container = target.container(where)
            facts = container.facts()
            holding = [one for one in facts.mounts if _inside(path, one.target)]
            mount = max(holding, key=lambda one: len(one.target), default=None)
            if mount is None or mount.type not in {"volume", "bind"}:
                where_it_is = "in memory (tmpfs)" if mount is not None else "on no volume"
                raise Mismatch(
                    f"{path} of container '{container.name}' is {where_it_is}, so it goes when the container goes",
                    expected=f"a volume that is mounted at a folder that holds {path}",
                    actual=_listed(facts.mounts),
                    hint=_hint(posixpath.dirname(path)),
                )
            written = _spawned.content(container, path)
            if written is None:
                raise Missing(f"there is no file {path} in container '{container.name}'", expected=path)
            if mount.type == "volume":
                # It never runs: its program could change what the student's containers have there.
                variation = Variation(volumes={mount.target: mount.source}, start=False)
                with target.spawn(where, variation) as second:
                    found = _spawned.content(second, path)
                    self._same(path, written, found, f"a new container with the volume {mount.source}")

    def _same(self, path: str, written: bytes, found: bytes | None, where: str) -> None:
        if found is None:
            raise Missing(
                f"{path} is not in {where}",
                expected=_spawned.text(written),
                actual="nothing there",
                hint="What is written outside the volume goes with its container; "
                "and a program may not empty its folder when it starts.",
            )
        if found != written:
            raise Mismatch(
                f"{path} has another content in {where}",
                expected=_spawned.text(written),
                actual=_spawned.text(found),
                evidence=(Evidence(kind="command", title=f"{path} in {where}", text=_spawned.text(found)),),
            )


def _inside(path: str, folder: str) -> bool:
    path, folder = posixpath.normpath(path), posixpath.normpath(folder)
    return folder == "/" or path.startswith(f"{folder}/")


def _hint(folder: str) -> str:
    if folder == "/":
        return "A volume is mounted at a folder: write the file into one, and give docker run -v NAME:FOLDER."
    return f"Mount a volume when the container is made: docker run -v NAME:{folder} …"


def _listed(mounts: Sequence[Mounted]) -> str:
    return "\n".join(f"{one.type} {one.source} at {one.target}" for one in mounts) or "nothing is mounted"
