"""The `build` check."""

from __future__ import annotations

import itertools
import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, cast

from pydantic import Field, model_validator

from grader.checks import _builds
from grader.checks._attributes import AbsolutePath
from grader.checks._configured import UserExpectation, WordsExpectation
from grader.checks._problems import Problem, command, compare, report, user_name
from grader.core import abilities
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch
from grader.core.matchers import Expectation
from grader.core.quantities import Seconds, show_bytes, show_seconds
from grader.core.variants import Variant, differences, same_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import Builds, Rebuilds
    from grader.core.facts import Build as Attempt
    from grader.core.facts import Entry, ImageInfo
    from grader.core.handles import Rebuilt
    from grader.core.specs import BuildSpec

_SHOWN: Final = 5
"""Paths that are named where two images differ."""
_DIFFERENCE: Final = ("args", "target", "network")
_RESULT: Final = (
    "env",
    "labels",
    "cmd",
    "entrypoint",
    "user",
    "workdir",
    "files",
    "changes",
    "reproducible",
    "at_most",
)


class Build(Check):
    """Passes if the build makes an image; or fails, if it is meant to.

    A failure names the step that ended the build, its line in the Dockerfile and its exit code.
    It keeps the end of what that step printed.
    How long a build may take, and whether its steps have a network, is said by `build` at the top of the exercise.

    With `args`, `target` or `network` it is a build of its own, which differs from the exercise's in just that.
    `env`, `labels`, `cmd`, `entrypoint`, `user`, `workdir` and `files` are about the image that it makes.
    Such a build has a clock of its own, as long as the exercise's `build.timeout`.

    With `fails`, the build must fail, and say what is expected.
    That is what the failing RUN printed (the last 4000 characters); where no RUN failed, it is BuildKit's message.
    """

    example: ClassVar[str] = """
    - {id: versioned, kind: build, args: {VERSION: "2"}, labels: {version: "2"}, files: {/version.txt: "2"}}
    """

    kind: Literal["build"] = "build"
    args: dict[str, str | None] = Field(default_factory=dict)
    """Build arguments (`--build-arg`), besides those of the exercise; `null`: one of those is not given."""
    target: str | None = None
    """The name of the stage to build."""
    network: Literal["none", "default"] | None = None
    """`none`: its steps have no network, even if those of the exercise's build have; `default`: they have one."""
    fails: Expectation | None = None
    """The build must fail, and this is what it says; `true`: whatever it says."""
    env: dict[str, Expectation] = Field(default_factory=dict)
    """Variables that must be set in the image, each with its expectation."""
    labels: dict[str, Expectation] = Field(default_factory=dict)
    """Labels that must be set, each with its expectation."""
    cmd: WordsExpectation | None = None
    """The words of CMD, as for the `image` check."""
    entrypoint: WordsExpectation | None = None
    """The words of ENTRYPOINT."""
    user: UserExpectation | None = None
    """The user without its group, as it is written: numbers are not looked up; `root` where none is set, and for 0."""
    workdir: Expectation | None = None
    """The working directory."""
    files: dict[AbsolutePath, Expectation] = Field(default_factory=dict)
    """Files that must be in the image, each with an expectation on its text; links are followed."""
    changes: bool | None = None
    """Whether its image differs from that of the exercise's own build: in its configuration, or in any file."""
    reproducible: bool = False
    """A second build, without the cache, makes the same files: paths, types, modes, owners, links and contents, but
    not times."""
    at_most: Annotated[Seconds, Field(gt=0)] | None = None
    """The time that a build of all steps may take, without the cache: from the start of `docker build` until the image
    is stored. The base images are there already."""

    @model_validator(mode="after")
    def _consistent(self) -> Build:
        asked = [name for name in _RESULT if getattr(self, name) not in (None, False, {}) or name in self._denied()]
        if self.fails is not None and asked:
            raise ValueError(f"a build that fails makes no image: fails excludes {', '.join(asked)}")
        if self.fails is not None and self.fails.raw is False:
            raise ValueError("without fails, the build must not fail anyway; write true, or what it is to say")
        if self.changes is not None and self._variant() == Variant():
            raise ValueError("changes compares with the exercise's own build; give args, target or network, too")
        return self

    def _denied(self) -> tuple[str, ...]:
        return ("changes",) if self.changes is False else ()

    def against(self, build: BuildSpec) -> Iterator[tuple[str, str]]:
        if self.at_most is not None and self.at_most > build.timeout:
            yield "at_most", f"is longer than a build may take at all (build.timeout: {show_seconds(build.timeout)})"
        for name in (name for name, value in self.args.items() if value is None and name not in build.args):
            yield "args", f"the exercise gives no argument {name} (build.args), so there is none to leave out"

    def _variant(self) -> Variant:
        return Variant(self.target, tuple(sorted(self.args.items())), self.network)

    def needs_ability(self) -> type:
        own = any(getattr(self, name) not in (None, False, {}) for name in (*_DIFFERENCE, *_RESULT))
        return abilities.Rebuilds if own else abilities.Builds

    def run(self, target: Builds) -> None:
        if self.needs_ability() is abilities.Builds:
            self._ends(target.build(), "", "docker build .")
            return
        able = cast("Rebuilds", target)
        made = able.rebuild(self._variant())
        how = _builds.how(self._variant())
        self._ends(made.outcome, how, made.by_hand)
        if self.fails is None:
            self._looks(made, how)
            self._compares(able, made, how)

    def _ends(self, build: Attempt, how: str, by_hand: str) -> None:
        """Raise Failure unless the build went as it is meant to."""
        if self.fails is None:
            if not build.ok:
                raise _builds.stopped(build, how=how, by_hand=by_hand)
            return
        meant = "any message" if self.fails.raw is True else self.fails.words
        if build.ok:
            message = f"{how}the build makes an image, and it is meant to fail"
            raise Mismatch(message, expected=f"a build that fails: {meant}", actual="an image", reproduce=by_hand)
        if build.timed_out:
            raise _builds.stopped(build, how=how, by_hand=by_hand)
        said = _builds.said(build)
        problem = None if self.fails.raw is True else self.fails.problem(said)
        if problem is not None:
            where = _builds.message(build)
            message = f"{how}the build fails, as it is meant to, but what it says {problem}; {where}"
            failure = Mismatch(
                message, expected=meant, actual=said, reproduce=by_hand, evidence=_builds.evidence(build)
            )
            failure.explained = False
            raise failure

    def _looks(self, made: Rebuilt, how: str) -> None:
        problems: list[Problem] = []
        if self._asks_configuration():
            problems += self._configuration(made.image())
        for path, wanted in self.files.items():
            entry = made.entry(path, follow=True)
            problems += _content(path, entry) or compare(f"the content of {path}", _text(entry), wanted)
        report((one._replace(message=how + one.message) for one in problems), reproduce=self._look(made))

    def _asks_configuration(self) -> bool:
        return bool(self.env or self.labels) or any((self.cmd, self.entrypoint, self.user, self.workdir))

    def _look(self, made: Rebuilt) -> str:
        commands = [_tagged(made, "try")]
        if self._asks_configuration():
            commands.append("docker image inspect try --format '{{json .Config}}'")
        commands += [f"docker run --rm --entrypoint cat try {shlex.quote(path)}" for path in self.files]
        return "\n".join(commands)

    def _configuration(self, image: ImageInfo) -> Iterator[Problem]:
        for subject, found, wanted in (("variable", image.env, self.env), ("label", image.labels, self.labels)):
            for name, expectation in wanted.items():
                if name in found:
                    yield from compare(f"the {subject} {name}", found[name], expectation)
                else:
                    there = ", ".join(sorted(found)) or "none"
                    yield Problem(f"{subject} {name}", f"the {subject} {name} is missing", expectation.words, there)
        yield from command("CMD", image.cmd, self.cmd)
        yield from command("ENTRYPOINT", image.entrypoint, self.entrypoint)
        yield from compare("the user", user_name(image.user), self.user)
        yield from compare("WORKDIR", image.workdir or "/", self.workdir)

    def _compares(self, target: Rebuilds, made: Rebuilt, how: str) -> None:
        variant = self._variant()
        if self.changes is not None:
            _builds.require(target)
            _changes(target.rebuild(Variant()), made, how, wanted=self.changes)
        if not self.reproducible and self.at_most is None:
            return
        fresh = target.rebuild(Variant(variant.target, variant.args, variant.network, no_cache=True))
        if not fresh.outcome.ok:
            again = f"{how}built a second time, without the cache, "
            raise _builds.stopped(fresh.outcome, how=again, by_hand=fresh.by_hand)
        if self.at_most is not None:
            _in_time(fresh, how, self.at_most)
        if self.reproducible:
            _same(made, fresh, how)


def _content(path: str, entry: Entry | None) -> list[Problem]:
    """Say why a path has no text to compare."""
    subject = f"the content of {path}"
    if entry is None:
        return [Problem(subject, f"{path} is not in the image", "a file", "nothing there")]
    if entry.content is None:
        return [Problem(subject, f"{path} is no file that could be read", "a file", f"a {entry.type}")]
    if entry.truncated:
        most = show_bytes(len(entry.content))
        return [Problem(subject, f"{path} is too large to compare", f"at most {most}", show_bytes(entry.size))]
    return []


def _text(entry: Entry | None) -> str:
    return (entry.content or b"").decode("utf-8", "replace") if entry is not None else ""


def _tagged(made: Rebuilt, name: str) -> str:
    return made.by_hand.replace("docker build", f"docker build -t {name}", 1)


def _changes(usual: Rebuilt, made: Rebuilt, how: str, *, wanted: bool) -> None:
    commands = f"{_tagged(usual, 'usual')}\n{_tagged(made, 'other')}\ndocker image inspect usual other"
    alike = same_configuration(usual.image(), made.image())
    unlike = list(itertools.islice(differences(usual.tree(), made.tree()), _SHOWN)) if alike or not wanted else []
    if wanted and alike and not unlike:
        raise Failure(
            f"{how}the image is the same as without it",
            expected="an image that differs",
            actual="the same configuration and the same files",
            reproduce=commands,
        )
    if not wanted and (unlike or not alike):
        found = [f"the second has {what}: {path}" for path, what in unlike]
        raise Failure(
            f"{how}the image is another one than without it",
            expected="the same image",
            actual="\n".join(found or ["another configuration"]),
            reproduce=commands,
        )


def _in_time(fresh: Rebuilt, how: str, at_most: float) -> None:
    took = fresh.outcome.seconds
    if took > at_most:
        slowest = sorted(fresh.outcome.steps, key=lambda one: -one.seconds)[:_SHOWN]
        raise Mismatch(
            f"{how}the build takes {show_seconds(took)} without the cache, at most {show_seconds(at_most)} are allowed",
            expected=f"at most {show_seconds(at_most)}",
            actual=show_seconds(took),
            reproduce=f"time {fresh.by_hand}",
            evidence=_builds.listed(slowest, "the slowest steps"),
        )


def _same(made: Rebuilt, fresh: Rebuilt, how: str) -> None:
    found = list(differences(made.tree(), fresh.tree()))
    if not found:
        return
    path, what = found[0]
    more = f", and {len(found) - 1} more differ" if len(found) > 1 else ""
    look = f"docker cp $(docker create $name x):{shlex.quote(path)} - | tar -xO | sha256sum"
    raise Mismatch(
        f"{how}two builds of the same files differ: at {path}, the second has {what}{more}",
        expected="the same files from both builds",
        actual="\n".join(f"{path}: the second has {what}" for path, what in found[:_SHOWN]),
        hint="Leave out what changes from build to build, such as dates, random values and caches of package managers.",
        reproduce=f"{_tagged(made, 'first')}\n{_tagged(fresh, 'second')}\nfor name in first second; do {look}; done",
    )
