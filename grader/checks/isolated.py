"""The `isolated` check."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.checks._attributes import AbsolutePath
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.specs import In, Where
from grader.core.variation import Variation

if TYPE_CHECKING:
    from grader.core.abilities import Instances
    from grader.core.handles import Container
    from grader.core.inventory import ContainerFacts

_MARK = b"written in the first container\n"


class Isolated(Check):
    """Passes if what is in one container is not in another.

    Of a student's two containers, `in` has the file at `path`, and `from` must not have it.
    For a Dockerfile, two containers of the image are started, which must run on or end well; the file is made in the
    first one, from outside or by `run`, and must not be in the second.
    With `processes`, they may not share one view of the processes (`--pid`); with `hostnames`, not one name.
    """

    example: ClassVar[str] = """
    - {id: apart, kind: isolated, path: /note, processes: true, title: A container does not see another's files}
    """

    kind: Literal["isolated"] = "isolated"
    from_: In | None = Field(default=None, alias="from")
    """The student's other container, written as `in` is; not for a Dockerfile."""
    path: AbsolutePath | None = None
    """A file of the one container that the other must not have."""
    run_: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, alias="run")
    """A program of the image, with its arguments, that makes the file; not for students' own containers."""
    processes: bool = False
    """Whether neither may see the processes of the other."""
    hostnames: bool = False
    """Whether they must have different names for themselves."""

    @model_validator(mode="after")
    def _consistent(self) -> Isolated:
        if self.path is None and not self.processes and not self.hostnames:
            raise ValueError("expects nothing; give path, processes or hostnames")
        if self.run_ is not None and self.path is None:
            raise ValueError("run needs the path of the file that it makes")
        if isinstance(self.in_, Where):
            if self.from_ is None:
                raise ValueError("from is needed: which other container?")
            if self.run_ is not None:
                raise ValueError("run is for containers of the exercise's: students make their files themselves")
        elif self.from_ is not None:
            raise ValueError("from is for containers that students make: here, the second is like the first")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    def run(self, target: Instances) -> None:
        if isinstance(self.in_, Where):
            other = self.from_ if isinstance(self.from_, Where) else Where(container=self.from_)
            names = (_container.handle(self.in_), _container.handle(other))
            look = " && ".join(self._looks(*names))
            with _container.reproducible(look):
                self._judge(target.container(self.in_), target.container(other), None)
            return
        first, second = _spawned.started(target, self.in_, "", "one"), _spawned.started(target, self.in_, "", "other")
        making = [] if self.path is None else [_spawned.making(self.path, self.run_, "one")]
        look = "; ".join([*making, *self._looks("one", "other")])
        with _container.reproducible(first, second, look), ExitStack() as stack:
            one = stack.enter_context(target.spawn(self.in_, Variation()))
            _spawned.works(one, settle=False)
            made = None if self.path is None else _spawned.make(one, self.path, self.run_, _MARK)
            another = stack.enter_context(target.spawn(self.in_, Variation()))
            _spawned.works(another)
            self._judge(one, another, made)

    def _looks(self, one: str, other: str) -> list[str]:
        looks = [] if self.path is None else [_spawned.showing(self.path, name) for name in (one, other)]
        inspect = "docker inspect --format '{{.HostConfig.PidMode}} {{.Config.Hostname}}'"
        return [*looks, *([f"{inspect} {one} {other}"] if self.processes or self.hostnames else [])]

    def _judge(self, one: Container, other: Container, made: bytes | None) -> None:
        if self.path is not None:
            self._files(self.path, one, other, made)
        here, there = one.facts(), other.facts()
        if here.id == there.id:
            raise Mismatch("there is one container where two are needed", expected="two containers", actual=here.name)
        if self.processes:
            self._apart(here, there)
        if self.hostnames and here.hostname == there.hostname:
            raise Mismatch(
                f"both containers are called '{here.hostname}'",
                expected="two host names",
                actual=here.hostname,
            )

    def _files(self, path: str, one: Container, other: Container, made: bytes | None) -> None:
        if made is None and one.entry(path) is None:
            raise Missing(f"there is no {path} in container '{one.name}'", expected=path, actual="nothing there")
        found = other.entry(path)
        if found is None:
            return
        name = "the second container" if made is not None else f"container '{other.name}'"
        same = made is not None and found.content == made
        reason = "" if made is None or same else ", where the image has it, or its program makes it at the start"
        raise Mismatch(
            f"{path} is in {name} too{reason}",
            expected="nothing there",
            actual=_spawned.text(found.content) if found.content is not None else f"a {found.type}",
        )

    def _apart(self, here: ContainerFacts, there: ContainerFacts) -> None:
        """Hold their namespaces against each other; that of the host shows everybody's processes."""
        for one, other in ((here, there), (there, here)):
            joined = one.pids_of.removeprefix("container:")
            names = {other.id, other.name, other.pids_of.removeprefix("container:")}
            if one.pids_of == "host" or (one.pids_of and joined in names):
                raise Mismatch(
                    f"container '{one.name}' sees the processes of container '{other.name}': "
                    f"it was made with --pid {'host' if one.pids_of == 'host' else 'container'}",
                    expected="processes of its own",
                    actual=f"--pid {one.pids_of}",
                )
