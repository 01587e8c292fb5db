"""The `cache` check."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Tag, model_validator

from grader.checks import _builds
from grader.checks._instructions import Landmark, words
from grader.checks._problems import Problem, report
from grader.core import steps
from grader.core.check import Check
from grader.core.matchers import Expectation
from grader.core.matching import Matcher
from grader.core.text import one_line
from grader.core.variants import Variant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.abilities import Rebuilds
    from grader.core.dockerfile import Dockerfile, Stage
    from grader.core.facts import Step
    from grader.core.handles import Rebuilt

_OPTIONS: Final = r"(?:\s+-\S{1,80}){0,8}\s+"
_INSTALLS: Final = re.compile(
    rf"\b(?:(?:pip3?(?:\.\d+)?|poetry|pipenv|bundle|composer){_OPTIONS}install|uv{_OPTIONS}(?:sync|pip install)"
    rf"|(?:npm|pnpm|yarn){_OPTIONS}(?:ci|i|install|add)|yarn\s*(?:$|&&)"
    rf"|(?:apt|apt-get|dnf|microdnf|yum|zypper){_OPTIONS}install|apk{_OPTIONS}add|go mod download|cargo fetch)(?:\s|$)"
)
"""Commands that install packages."""
_ITSELF: Final = re.compile(r"\sinstall\b[^&|;]{0,400}\s(?:-e|--editable|\.{1,2}(?:/\S*|\[\S*)?)(?:\s|$)")
"""The project's own files are what is installed: no other layer can hold that."""

_INSTALL: Final = "a RUN that installs packages"
_CACHED: Final = "CACHED"
_AGAIN: Final = "run again"
_HINT: Final = (
    "Copy what a step needs right above it, such as the list of packages for their installation, "
    "and everything else below."
)


def _inside(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/") or not value.strip("./"):
        raise ValueError("must be a path inside the build context, such as app.py or src/app.py")
    return value.removeprefix("./")


File: TypeAlias = Annotated[str, AfterValidator(_inside)]
"""A file of the build context."""
Wanted: TypeAlias = Annotated[
    Annotated[Landmark, Tag("text")] | Annotated[Expectation, Tag("map")],
    Discriminator(lambda value: "text" if isinstance(value, str) else "map"),
]
"""Steps: the name of an instruction and maybe words that it contains, or an expectation on its text."""


class Cache(Check):
    """Passes if a build reuses steps from the cache after a file has changed.

    The file is changed in a copy of the build context, and the build is run again.
    Then `docker build` shows `CACHED` at every step that is reused, and runs the others again.
    A step is written as `RUN pip install`: the name of an instruction, and maybe words that it contains.
    A map is an expectation on the whole instruction: `{matches: "^RUN .*install"}`.

    Without `reuses` and `reruns`, every RUN that installs packages must be reused: `pip install`, `npm ci`,
    `apt-get install`, `apk add` and the like, but not `pip install .`, which installs the changed files themselves.
    The check also fails if the file is not there, or if no step depends on it.
    """

    example: ClassVar[str] = """
    - {id: layers, kind: cache, change: app.py, reuses: [RUN pip install], title: A new app.py installs nothing anew}
    """

    kind: Literal["cache"] = "cache"
    change: Annotated[
        Annotated[File, Tag("one")] | Annotated[tuple[File, ...], Tag("list")] | Annotated[dict[File, str], Tag("map")],
        Discriminator(lambda value: "map" if isinstance(value, dict) else "one" if isinstance(value, str) else "list"),
    ]
    """The file that changes, or several; a map gives each its new content. Otherwise, and also after new content,
    blank lines are added at the end."""
    reuses: tuple[Wanted, ...] = ()
    """Steps that must come from the cache: all that fit."""
    reruns: tuple[Wanted, ...] = ()
    """Steps that must be run again: all that fit."""
    target: str | None = None
    """The name of the stage to build; default: as the exercise says."""

    @model_validator(mode="after")
    def _changes_something(self) -> Cache:
        if not self.change:
            raise ValueError("change names no file")
        both = [one for one in self.reuses if one in self.reruns]
        if both:
            raise ValueError(f"{_show(both[0])} stands in reuses and in reruns: it can't be both")
        return self

    def run(self, target: Rebuilds) -> None:
        _builds.require(target)
        made = target.rebuild(Variant(self.target, changed=self._changed()))
        if not made.outcome.ok:
            raise _builds.stopped(made.outcome, how=f"{self._after()}, ", by_hand=self._by_hand(made))
        layers = _Layers(target.dockerfile(), made.outcome.steps)
        problems = list(self._problems(layers))
        report(
            problems,
            hint=_HINT if any(one.actual == _AGAIN for one in problems) else None,
            reproduce=self._by_hand(made),
            evidence=_builds.listed(layers.steps, "the steps of the build after the change"),
            kind=self.kind,
        )

    def _changed(self) -> tuple[tuple[str, str | None], ...]:
        if isinstance(self.change, dict):
            return tuple(sorted(self.change.items()))
        names = (self.change,) if isinstance(self.change, str) else self.change
        return tuple((name, None) for name in sorted(set(names)))

    def _what(self) -> str:
        return " and ".join(name for name, _ in self._changed())

    def _after(self) -> str:
        return f"after {self._what()} {'was' if len(self._changed()) == 1 else 'were'} changed"

    def _by_hand(self, made: Rebuilt) -> str:
        touch = "\n".join(f"echo >> {shlex.quote(name)}" for name, _ in self._changed())
        return f"{made.by_hand}\n{touch}\n{made.by_hand}\n# the second time, look for CACHED"

    def _problems(self, layers: _Layers) -> Iterator[Problem]:
        if all(step.cached for step in layers.steps):
            what = self._what()
            message = f"no step of the build depends on {what}: {self._after()}, everything came from the cache"
            yield Problem(what, message, f"a step that uses {what}", "every step CACHED")
            return
        if not self.reuses and not self.reruns:
            yield from self._wrong(_INSTALL, [one for one in layers.steps if layers.installs(one)], layers, cached=True)
        for wanted in self.reuses:
            yield from self._wrong(_show(wanted), layers.fitting(wanted), layers, cached=True)
        for wanted in self.reruns:
            yield from self._wrong(_show(wanted), layers.fitting(wanted), layers, cached=False)

    def _wrong(self, wanted: str, found: Sequence[Step], layers: _Layers, *, cached: bool) -> Iterator[Problem]:
        if not found:
            yield Problem(wanted, f"no step of the build is {wanted}", wanted, layers.names())
        for step in found:
            name = layers.name(step)
            if cached and not step.cached:
                what = f"was run again {self._after()}{layers.because(step)}"
                yield Problem(name, f"{name}, {what}", _CACHED, _AGAIN, _at(step, what))
            elif step.cached and not cached:
                what = f"came from the cache {self._after()}"
                yield Problem(name, f"{name}, {what}", _AGAIN, _CACHED, _at(step, what))


def _at(step: Step, what: str) -> tuple[tuple[int, str], ...]:
    return () if step.line is None else ((step.line, f"this step {what}"),)


class _Layers:
    """The steps of a build, with what the Dockerfile says about them."""

    def __init__(self, dockerfile: Dockerfile, found: Iterable[Step]) -> None:
        self._dockerfile = dockerfile
        # Whether a base image counts as cached says nothing about the Dockerfile.
        self.steps = [one for one in found if not steps.text(one.name).startswith("FROM ")]
        self._texts = {one: self._text(one) for one in self.steps}

    def _text(self, step: Step) -> tuple[str, ...]:
        """Give the ways in which a step is written: in the Dockerfile, and with its variables replaced."""
        written = [one for stage in self._dockerfile.stages for one in stage.instructions if one.line == step.line]
        return (*(f"{one.name} {words(one)}" for one in written), steps.text(step.name))

    def fitting(self, wanted: Wanted) -> list[Step]:
        """Give the steps that are meant."""
        if isinstance(wanted, Matcher):
            return [one for one in self.steps if wanted.problem(self._texts[one][0]) is None]
        return [one for one in self.steps if any(_begins(text, wanted) for text in self._texts[one])]

    def installs(self, step: Step) -> bool:
        """Whether a step installs packages, and not the project itself."""
        text = self._texts[step][0]
        return text.startswith("RUN ") and bool(_INSTALLS.search(text)) and not _ITSELF.search(text)

    def name(self, step: Step) -> str:
        """Name a step with its line."""
        shown = one_line(self._texts[step][0], 100)
        return f"line {step.line}, {shown}" if step.line is not None else shown

    def names(self) -> str:
        """List all steps."""
        return "\n".join(self.name(one) for one in self.steps)

    def because(self, step: Step) -> str:
        """Say which step above one was the first to be run again, in its stage or those that it is built on."""
        for stage in reversed(self._chain(step)):
            lines = [one.line for one in stage.instructions]
            again = [one for one in self.steps if one.line in lines and not one.cached]
            first = min(again, key=lambda one: one.line or 0, default=step)
            if first != step:
                return f", since {self.name(first)}, stands above it"
        return ""

    def _chain(self, step: Step) -> list[Stage]:
        stages = self._dockerfile.stages
        found = [one for one in stages if any(part.line == step.line for part in one.instructions)]
        while found and (parent := self._dockerfile.stage(found[-1].base, before=found[-1].index)) is not None:
            found.append(parent)
        return found


def _begins(text: str, wanted: str) -> bool:
    name, _, rest = " ".join(wanted.split()).partition(" ")
    first, _, others = " ".join(text.split()).partition(" ")
    return first == name and rest in others


def _show(wanted: Wanted) -> str:
    return f"an instruction that {wanted.words}" if isinstance(wanted, Matcher) else wanted
