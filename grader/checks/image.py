"""The `image` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast

from pydantic import Field, model_validator

from grader.checks import _accounts
from grader.checks._attributes import ExposedPort
from grader.checks._configured import SwitchExpectation, UserExpectation, WordsExpectation, apart, plain
from grader.checks._healthcheck import TimeExpectation, health
from grader.checks._json import JsonPaths
from grader.checks._problems import Problem, command, compare, report, user_name
from grader.core.abilities import FilesOfImages
from grader.core.check import Check
from grader.core.matchers import Expectation, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import Images
    from grader.core.facts import ImageInfo

_MADE_BY: Final = {
    "variable": "no ENV sets it",
    "label": "no LABEL sets it",
    "port": "no EXPOSE names it",
    "volume": "no VOLUME names it",
}
_NOBODY: Final = "\0"
"""What no user is called: an expectation that holds for it says only who it must not be."""


class Image(Check):
    """Passes if the image is configured as expected.

    Every field is about what `docker image inspect` shows, and all of them must hold.
    A failure lists everything that is wrong, not the first thing alone.
    """

    example: ClassVar[str] = """
    - {id: configured, kind: image, cmd: {equals: [python, app.py]}, ports: [3000], user: {not: root}}
    """

    kind: Literal["image"] = "image"
    env: dict[str, Expectation] = Field(default_factory=dict)
    """Variables that must be set, each with its expectation."""
    env_absent: tuple[str, ...] = ()
    """Variables that must not be set."""
    cmd: WordsExpectation | None = None
    """The words of CMD; a list names words that must be among them, `equals` names all. The shell form `CMD x` is
    `[/bin/sh, -c, x]`."""
    entrypoint: WordsExpectation | None = None
    """The words of ENTRYPOINT, as for `cmd`."""
    user: UserExpectation | None = None
    """The user without its group, by its name or its number, as the image's own /etc/passwd has them; `root` where none
    is set or its number is 0."""
    workdir: Expectation | None = None
    """The working directory; `/` where none is set."""
    ports: tuple[ExposedPort, ...] = ()
    """Ports that EXPOSE must name: `3000` (tcp) or `53/udp`."""
    ports_absent: tuple[ExposedPort, ...] = ()
    """Ports that EXPOSE must not name."""
    volumes: tuple[str, ...] = ()
    """Paths that VOLUME must name."""
    volumes_absent: tuple[str, ...] = ()
    """Paths that VOLUME must not name."""
    labels: dict[str, Expectation] = Field(default_factory=dict)
    """Labels that must be set, each with its expectation."""
    labels_absent: tuple[str, ...] = ()
    """Labels that must not be set."""
    healthcheck: SwitchExpectation | None = None
    """`true` or `false`: whether there is one; otherwise an expectation on its command as one text."""
    healthcheck_interval: TimeExpectation | None = None
    """The time between two probes, such as `{at_most: 30s}`; where HEALTHCHECK says nothing, Docker's default counts.
    """
    healthcheck_timeout: TimeExpectation | None = None
    """The time that a probe may take."""
    healthcheck_start_period: TimeExpectation | None = None
    """The time at the start in which probes that fail don't count."""
    healthcheck_retries: Expectation | None = None
    """How many probes must fail, one after the other, for `unhealthy`."""
    stop_signal: Expectation | None = None
    """The signal that `docker stop` sends, as STOPSIGNAL has it; `SIGTERM` where none is set."""
    shell: WordsExpectation | None = None
    """The words of SHELL, as for `cmd`; `[/bin/sh, -c]` where none is set."""
    onbuild: WordsExpectation | None = None
    """The instructions that ONBUILD keeps for images built on this one; `{length: 0}` for none."""
    architecture: Expectation | None = None
    """As Docker names it: `amd64`, `arm64`."""
    platform: Expectation | None = None
    """The operating system and the architecture: `linux/amd64`."""
    based_on: str | None = None
    """One of the exercise's `images`, with whose layers the image must begin."""
    inspect: JsonPaths | None = None
    """Anything else that `docker image inspect` shows of it, each by its JSONPath: `{"$.Config.User": "1000"}`."""

    @model_validator(mode="after")
    def _asks_something(self) -> Image:
        own = set(Image.model_fields) - set(Check.model_fields)
        if all(getattr(self, name) in (None, (), {}) for name in own):
            raise ValueError(f"nothing is expected of the image; give one of {', '.join(sorted(own))}")
        apart(
            env__env_absent=(self.env, self.env_absent),
            labels__labels_absent=(self.labels, self.labels_absent),
            ports__ports_absent=(self.ports, self.ports_absent),
            volumes__volumes_absent=(self.volumes, self.volumes_absent),
        )
        return self

    @property
    def base_images(self) -> tuple[tuple[str, str], ...]:
        return () if self.based_on is None else (("based_on", self.based_on),)

    def needs_ability(self) -> type:
        return FilesOfImages if self.user is not None else self.ability()

    def announce(self, target: Images) -> None:
        if self.user is not None:
            cast("FilesOfImages", target).announce(_accounts.USERS)

    def run(self, target: Images) -> None:
        image = target.image()
        problems = [*self._user(target, image), *self._values(image), *self._lists(image)]
        if self.based_on is not None:
            problems += _base(image, self.based_on, target.reference(self.based_on))
        report(problems, reproduce="docker image inspect IMAGE --format '{{json .Config}}'")

    def _user(self, target: Images, image: ImageInfo) -> Iterator[Problem]:
        """Compare the user as it is written, and under its other name, if there is one that is asked for."""
        written = user_name(image.user)
        found = [*compare("the user", written, self.user)]
        every = {str(one) for one in plain(self.user.raw)} if self.user is not None and found else set()
        asked = {one for one in every if one.isdecimal() != written.isdecimal()}
        if asked and self.user is not None and self.user.problem(_NOBODY) is not None:
            users = _accounts.read(cast("FilesOfImages", target), None).users.values()
            pairs = [pair for one in users for pair in ((one.name, str(one.uid)), (str(one.uid), one.name))]
            if any(name == written and other in asked for name, other in pairs):
                return
        yield from found

    def _values(self, image: ImageInfo) -> Iterator[Problem]:
        yield from command("CMD", image.cmd, self.cmd)
        yield from command("ENTRYPOINT", image.entrypoint, self.entrypoint)
        yield from compare("WORKDIR", image.workdir or "/", self.workdir)
        yield from compare("the stop signal", image.stop_signal or "SIGTERM", self.stop_signal)
        yield from compare("SHELL", image.shell or ("/bin/sh", "-c"), self.shell)
        yield from compare("ONBUILD", image.onbuild, self.onbuild)
        yield from compare("the architecture", image.architecture, self.architecture)
        yield from compare("the platform", f"{image.os}/{image.architecture}", self.platform)
        for path, wanted in (self.inspect or {}).items():
            found = parse({"json": {path: wanted}}).problem(image.raw)
            if found is not None:
                yield Problem(path, f"what `docker image inspect` shows {found}", f"{path} {wanted.words}", found)
        yield from health(
            image.healthcheck,
            self.healthcheck,
            Interval=self.healthcheck_interval,
            Timeout=self.healthcheck_timeout,
            StartPeriod=self.healthcheck_start_period,
            Retries=self.healthcheck_retries,
        )

    def _lists(self, image: ImageInfo) -> Iterator[Problem]:
        for subject, found, wanted in (("variable", image.env, self.env), ("label", image.labels, self.labels)):
            for name in (name for name in wanted if name in found):
                yield from compare(f"{subject} {name}", found[name], wanted[name])
        for subject, names, needed, unwanted in (
            ("variable", [*image.env], [*self.env], self.env_absent),
            ("label", [*image.labels], [*self.labels], self.labels_absent),
            ("port", image.ports, self.ports, self.ports_absent),
            ("volume", image.volumes, self.volumes, self.volumes_absent),
        ):
            there = ", ".join(sorted(names)) or "none"
            for name in needed:
                if name not in names:
                    missing = f"the {subject} {name} is missing: {_MADE_BY[subject]}"
                    yield Problem(f"{subject} {name}", missing, f"{subject} {name}", there)
            for name in unwanted:
                if name in names:
                    yield Problem(f"{subject} {name}", f"the {subject} {name} must not be there", "not there", there)


def _base(image: ImageInfo, name: str, base: ImageInfo) -> Iterator[Problem]:
    found, wanted = ((one.raw.get("RootFS") or {}).get("Layers") or [] for one in (image, base))
    if found[: len(wanted)] != wanted:
        message = f"the image is not built on {name}: it does not begin with its layers"
        yield Problem("the base image", message, name, "another base image")
