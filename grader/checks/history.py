"""The `history` check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from grader.checks import _container, _layers
from grader.checks._limits import ByteExpectation
from grader.checks._problems import Problem, report
from grader.core.check import Check
from grader.core.errors import Mismatch
from grader.core.globs import Glob
from grader.core.layers import Search
from grader.core.quantities import show_bytes
from grader.core.secrets import MAX_VALUE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from grader.core.abilities import Layered
    from grader.core.layers import Layer, Layers

_TOLD: Final = 10
"""Problems that one failure lists."""


def _pattern(value: str) -> str:
    Glob(value)
    return value


def _never(value: object) -> object:
    if value is not False:
        raise ValueError("write false: there must be none")
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]
Never = Annotated[Literal[False], BeforeValidator(_never)]
Value = Annotated[str, Field(min_length=4, max_length=MAX_VALUE)]


class History(Check):
    """Passes if nothing is in any layer of the image, or in its history, that should not be.

    Every layer is read by itself, so that a file is found that a later instruction has removed.
    The layers of the base image don't count, unless `base` says so: they are those that the image has in common with
    one of the exercise's `images`, or else those that the instructions of the Dockerfile did not make.

    With `secrets: false`, these are looked for: files that are named as keys and passwords are (`.env`, `id_rsa`);
    files with private keys or tokens (AWS, GitHub, GitLab, Slack, npm) in them, but for those that packages bring; and
    instructions with passwords or tokens, build arguments included.
    `wasted` adds up the bytes of every file of a layer that a later layer replaces, be it only to change its mode or
    owner, or removes.
    """

    example: ClassVar[str] = """
    - {id: clean-layers, kind: history, secrets: false, package_caches: false, wasted: {at_most: 1MiB}}
    """

    kind: Literal["history"] = "history"
    secrets: Never | None = None
    """`false`: no secret may be in a layer or in an instruction."""
    values_absent: tuple[Value, ...] = ()
    """Texts that must be in no file and no instruction, such as a token that the build is given."""
    package_caches: Never | None = None
    """`false`: no layer may hold what apt, apk, dnf, pip, npm and others keep for the next time."""
    absent: tuple[Pattern, ...] = ()
    """Files that must be in no layer, by path or by pattern: `/app/secret.txt`, `"**/.env"`."""
    wasted: ByteExpectation | None = None
    """The bytes that later layers replace or remove, such as `{at_most: 1MiB}`."""
    ignore: tuple[Pattern, ...] = ()
    """Files that don't count, by path or by pattern."""
    base: bool = False
    """Whether the layers and instructions of the base image count, too."""

    @model_validator(mode="after")
    def _asks_something(self) -> History:
        asked = (self.secrets, self.package_caches, self.wasted)
        if all(one is None for one in asked) and not self.values_absent and not self.absent:
            raise ValueError("nothing is expected; give secrets, values_absent, package_caches, absent or wasted")
        return self

    @property
    def _search(self) -> Search:
        return Search(frozenset(self.values_absent), self.secrets is False, self.base)

    def announce(self, target: Layered) -> None:
        target.announce_layers(self._search)

    def run(self, target: Layered) -> None:
        layers = target.layers(self._search)
        in_history, in_layers = list(self._history(layers)), list(self._contents(layers))
        commands = [] if in_layers and not in_history else ["docker history --no-trunc IMAGE"]
        commands += [_look(in_layers)] if in_layers else []
        problems = [*in_history, *in_layers]
        told = problems[:_TOLD]
        if len(problems) > _TOLD:
            told.append(Problem("others", f"and {len(problems) - _TOLD} more", "none", f"{len(problems) - _TOLD}"))
        with _container.reproducible("\n".join(commands)):
            _tell(told, hidden=any(_layers.hidden(one) for one in in_layers))

    def _looked_at(self, layers: Layers) -> Sequence[Layer]:
        return [one for one in layers.layers if self.base or not one.base]

    def _history(self, layers: Layers) -> Iterator[Problem]:
        steps = [one for one in layers.steps if self.base or not one.base]
        yield from _layers.in_history(steps, any_secret=self.secrets is False, values=self.values_absent)

    def _contents(self, layers: Layers) -> Iterator[Problem]:
        ignored, looked_at = _layers.Ignored(self.ignore), self._looked_at(layers)
        if self.secrets is False or self.values_absent:
            found = _layers.in_files(layers, looked_at, self.values_absent, ignored, any_secret=self.secrets is False)
            told = list(found)
            yield from told
        else:
            told = []
        there = _layers.places(looked_at, self.absent, ignored)
        # What is told already is not told again.
        others = list(_layers.files(layers, there, {one.subject for one in told}))
        yield from others
        if self.package_caches is False:
            yield from _layers.caches(layers, looked_at, ignored)
        yield from self._wasted(layers, ignored, {one.subject for one in [*told, *others]})

    def _wasted(self, layers: Layers, ignored: _layers.Ignored, told: Collection[str]) -> Iterator[Problem]:
        if self.wasted is None:
            return
        hidden = [one for one in layers.hidden(base=self.base) if one.path not in ignored]
        total = sum(one.size for one in hidden)
        if self.wasted.problem(total) is None:
            return
        raw = self.wasted.raw
        most = raw.get("at_most") if isinstance(raw, dict) and len(raw) == 1 else None
        words = f"at most {show_bytes(most)}" if isinstance(most, int) else self.wasted.words
        message = f"{show_bytes(total)} of the image ({total} bytes) can't be reached any more, expected {words}"
        listed = _layers.wasted(hidden, told)
        message += f":\n{listed}" if listed else ""
        yield Problem("wasted", message, words, show_bytes(total))


def _tell(found: Sequence[Problem], *, hidden: bool) -> None:
    """Raise Mismatch for what was found; several things as a list, without telling each a second time."""
    lesson = f"\n{_layers.KEPT}" if hidden else ""
    if len(found) < 2:  # noqa: PLR2004 - one alone is compared with what was expected
        report([one._replace(message=f"{one.message}{lesson}") for one in found])
        return
    message = "\n".join(f"- {one.message}".replace("\n", "\n  ") for one in found)
    raise Mismatch(f"several things should not be in the image or its history:\n{message}{lesson}")


def _look(problems: Sequence[Problem]) -> str:
    """Write the commands that look for files in every layer."""
    paths = [one.subject for one in problems if one.subject.startswith("/")]
    search = f" | grep {shlex.quote(paths[0].lstrip('/'))}" if len(paths) == 1 else ""
    return (
        "mkdir layers && docker save IMAGE | tar -x -C layers\n"
        f'for layer in layers/blobs/sha256/*; do tar -tvf "$layer" 2> /dev/null{search}; done'
    )
