"""The `container` check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _limits, _wiring
from grader.checks._attributes import AbsolutePath, ExposedPort
from grader.checks._limits import ByteExpectation
from grader.checks._problems import Problem, compare, report, user_name
from grader.checks._wiring import Mount
from grader.core import lookup
from grader.core.abilities import State
from grader.core.check import Check
from grader.core.errors import Mismatch
from grader.core.matchers import Expectation, expect, parse
from grader.core.references import normalize
from grader.core.specs import Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.abilities import Described
    from grader.core.inventory import ContainerFacts

_STATES: Final = ("created", "dead", "exited", "paused", "removing", "restarting", "running")
_OF_TEXT: Final = frozenset({"matches", "starts_with", "ends_with"})


class Container(Check):
    """Passes if a container is there, and is as expected.

    Of a student's own containers, `in` says which one: by its name, its image, or the port of the student's machine
    that leads to it.
    Of several, the one that runs is looked at, or else the newest; with `count`, all of them are.
    Where the exercise describes the containers, `in` is a name there, and what remains to be seen is what the image
    brings along: `user`, `workdir`, `env`, `labels`, `command`, `mounts` (its VOLUME), `state`, `exit_code`.
    `exists`, `count`, `image`, `restart`, `restarts`, `health` and `auto_remove` are for containers that students make.
    A failure lists everything that is wrong, not the first thing alone.
    """

    example: ClassVar[str] = """
    - {id: web, kind: container, in: {container: web}, image: "nginx:1", state: running, ports: {80: 3000}}
    """

    kind: Literal["container"] = "container"
    exists: bool = True
    """`false`: there must be none; this excludes the other fields."""
    count: Expectation | None = None
    """How many such containers there are; default: at least one."""
    image: Expectation | None = None
    """The image that it was made from; `nginx` is `nginx:latest`."""
    state: Expectation | None = None
    """Docker's word: `running`, `exited`, `created`, `paused`."""
    exit_code: Expectation | None = None
    """The exit code of one that has ended."""
    command: Expectation | None = None
    """The words that it was given as its command, or those of the image's CMD; a plain text is the whole line."""
    published: bool | None = None
    """Whether it publishes any port."""
    ports: dict[ExposedPort, Expectation] = Field(default_factory=dict)
    """Ports of the container, each with the port of the student's machine: `{80: 3000}` is `-p 3000:80`."""
    mounts: dict[AbsolutePath, Mount] = Field(default_factory=dict)
    """Paths in the container, each with what is mounted there: `type`, `source`, `read_only`."""
    env: dict[str, Expectation] = Field(default_factory=dict)
    """Variables that must be set, each with its expectation."""
    env_absent: tuple[str, ...] = ()
    """Variables that must not be set."""
    labels: dict[str, Expectation] = Field(default_factory=dict)
    """Labels that must be set, each with its expectation."""
    networks: Expectation | None = None
    """The names of the networks that it is on."""
    memory: ByteExpectation | None = None
    """The limit of its memory, such as `256MiB` or `{at_most: 1GiB}`; 0: none."""
    cpus: Expectation | None = None
    """The limit of its processors; 0: none."""
    pids: Expectation | None = None
    """The limit of its processes; 0: none."""
    restart: Expectation | None = None
    """The restart policy: `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`."""
    tty: bool | None = None
    """Whether it has a terminal (`-t`)."""
    stdin: bool | None = None
    """Whether its input stays open (`-i`)."""
    auto_remove: bool | None = None
    """Whether it is removed when it ends (`--rm`)."""
    health: Expectation | None = None
    """What its health check says: `healthy`, `unhealthy`, `starting`; `none` without one."""
    restarts: Expectation | None = None
    """How often Docker has restarted it, as its policy says."""
    read_only: bool | None = None
    """Whether its file system can't be written to (`--read-only`)."""
    user: Expectation | None = None
    """The user without its group; `root` where none is set or its number is 0."""
    workdir: Expectation | None = None
    """The working directory; `/` where none is set."""
    hostname: Expectation | None = None
    """The name by which it knows itself."""

    @model_validator(mode="after")
    def _consistent(self) -> Container:
        own = set(Container.model_fields) - set(Check.model_fields) - {"exists"}
        if not self.exists and any(getattr(self, name) not in (None, (), {}) for name in own):
            raise ValueError("exists: false excludes all that says how the container should be")
        if self.published is False and self.ports:
            raise ValueError("published: false excludes ports")
        if self.state is not None and isinstance(self.state.raw, str) and self.state.raw not in _STATES:
            raise ValueError(f"there is no state '{self.state.raw}'; there are {', '.join(_STATES)}")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    @property
    def asked_port(self) -> int | None:
        return next((int(port.partition("/")[0]) for port in self.ports), None)

    @property
    def asked_host_port(self) -> int | None:
        wanted = next(iter(self.ports.values()), None)
        return wanted.raw if wanted is not None and isinstance(wanted.raw, int) else super().asked_host_port

    def needs_ability(self) -> type:
        own = (self.count, self.image, self.restart, self.restarts, self.health, self.auto_remove)
        return State if not self.exists or any(one is not None for one in own) else self.ability()

    def run(self, target: Described) -> None:
        where = self.in_ if isinstance(self.in_, Where) else Where(container=self.in_)
        everything = target.described(self.in_)
        found = lookup.matching(everything, where)
        if not self.exists:
            self._absent(found, everything, where)
            return
        if self.count is not None:
            what = (
                f"the number of containers like this ({where.label})"
                if where != Where()
                else "the number of containers"
            )
            expect(what, len(found), self.count, reproduce="docker ps -a", evidence=lookup.table(everything))
        else:
            found = (lookup.the_one(everything, where),)
        problems = [problem for one in found for problem in self._problems(one)]
        if isinstance(target, State):
            names = " ".join(shlex.quote(one.name) for one in found)
            report(problems, reproduce=f"docker inspect {names}", evidence=lookup.table(everything))
        else:
            with _container.reproducible(*_container.steps(target, self.in_, "docker inspect CONTAINER")):
                report(problems)

    def _absent(self, found: Sequence[ContainerFacts], everything: Sequence[ContainerFacts], where: Where) -> None:
        if found:
            raise Mismatch(
                f"there must be no {where.label}, and there is: {lookup.listing(found)}",
                expected=f"no {where.label}",
                actual=lookup.listing(found),
                reproduce="docker ps -a",
                evidence=lookup.table(everything),
            )

    def _problems(self, one: ContainerFacts) -> Iterator[Problem]:
        subject = f"container '{one.name}'"
        yield from self._main(subject, one)
        yield from self._published(subject, one)
        yield from _wiring.mounts(subject, one, self.mounts)
        yield from self._named(subject, one)
        yield from _limits.limit(subject, "memory", one.memory, self.memory, "--memory")
        yield from _limits.limit(subject, "cpu", one.cpus, self.cpus, "--cpus")
        yield from _limits.limit(subject, "process", one.pids, self.pids, "--pids-limit")
        yield from self._switches(subject, one)

    def _main(self, subject: str, one: ContainerFacts) -> Iterator[Problem]:
        wanted = self.image
        if wanted is not None and isinstance(wanted.raw, str):
            wanted = parse(normalize(wanted.raw))
        yield from compare(f"the image of {subject}", normalize(one.image), wanted)
        wrong_state = list(compare(f"the state of {subject}", one.status, self.state))
        yield from wrong_state
        if self.exit_code is not None and one.exit_code is None and not wrong_state:
            message = f"{subject} has not ended: it is {one.status}"
            yield Problem("exit code", message, f"exit code {self.exit_code.words}", one.status)
        elif one.exit_code is not None:
            yield from compare(f"the exit code of {subject}", one.exit_code, self.exit_code)
        if self.command is not None:
            raw = self.command.raw
            spoken = isinstance(raw, str) or (isinstance(raw, dict) and set(raw) <= _OF_TEXT)
            words: object = " ".join(one.command) if spoken else one.command
            yield from compare(f"the command of {subject}", words, self.command)
        yield from compare(f"the restart policy of {subject}", one.restart, self.restart)
        yield from compare(f"the number of restarts of {subject}", one.restarts, self.restarts)
        yield from compare(f"the health of {subject}", one.health or "none", self.health)
        yield from compare(f"the user of {subject}", user_name(one.user), self.user)
        yield from compare(f"the working directory of {subject}", one.workdir or "/", self.workdir)
        yield from compare(f"the host name of {subject}", one.hostname, self.hostname)

    def _published(self, subject: str, one: ContainerFacts) -> Iterator[Problem]:
        if self.published is True and not one.published:
            yield Problem("ports", f"{subject} publishes no port", "a published port", "no port")
        if self.published is False and one.published:
            there = _wiring.published(one.published)
            yield Problem("ports", f"{subject} publishes a port, and should not: {there}", "no port", there)
        yield from _wiring.ports(subject, one, self.ports)

    def _named(self, subject: str, one: ContainerFacts) -> Iterator[Problem]:
        yield from compare(f"the list of networks of {subject}", sorted(one.networks), self.networks)
        for word, found, wanted in (("variable", one.env, self.env), ("label", one.labels, self.labels)):
            for name, expectation in wanted.items():
                if name in found:
                    yield from compare(f"the {word} {name} of {subject}", found[name], expectation)
                else:
                    message = f"{subject} has no {word} {name}"
                    yield Problem(f"{word} {name}", message, f"{name} that {expectation.words}", "not set")
        for name in self.env_absent:
            if name in one.env:
                message = f"{subject} has a variable {name}, and should not"
                yield Problem(f"variable {name}", message, "not set", f"{name}={one.env[name]}")

    def _switches(self, subject: str, one: ContainerFacts) -> Iterator[Problem]:
        for option, wanted, found, yes, no in (
            ("-t", self.tty, one.tty, "has a terminal (-t)", "has no terminal (-t)"),
            ("-i", self.stdin, one.stdin, "keeps its input open (-i)", "does not keep its input open (-i)"),
            (
                "--rm",
                self.auto_remove,
                one.auto_remove,
                "removes itself at its end (--rm)",
                "is kept at its end (no --rm)",
            ),
            (
                "--read-only",
                self.read_only,
                one.read_only,
                "can't write to its file system",
                "can write to its file system",
            ),
        ):
            if wanted not in (None, found):
                expected, actual = (yes, no) if wanted else (no, yes)
                yield Problem(option, f"{subject} {actual}", expected, actual)
