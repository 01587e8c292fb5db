"""Builds that differ from the one that the exercise describes, and what is found out about their images."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.core.facts import ImageInfo

_CONFIGURATION: Final = (
    "env cmd entrypoint user workdir ports volumes labels healthcheck stop_signal shell onbuild architecture os"
)
"""Fields of an image that say how it is run; others differ between builds of the same thing."""


@dataclass(frozen=True, slots=True)
class Variant:
    """How a build differs from the one that the exercise describes; as it stands, in nothing."""

    target: str | None = None
    """The stage to build."""
    args: tuple[tuple[str, str | None], ...] = ()
    """Build arguments besides those of the exercise, over which they win; None: not given at all."""
    network: Literal["none", "default"] | None = None
    """The network of its steps; None: as in the exercise."""
    no_cache: bool = False
    """Run every step, whatever is in the build cache."""
    changed: tuple[tuple[str, str | None], ...] = ()
    """Files of the build context with their new content; None: as it is, with blank lines after it.

    Blank lines that no build has seen before are added in both cases, so that no other attempt's cache answers.
    """


@dataclass(frozen=True, slots=True)
class Node:
    """Something in an image's file system, without the times."""

    mode: int
    """Type and permissions, as in POSIX `st_mode`."""
    owner: str
    """Numbers of user and group: `0:0`."""
    size: int = 0
    link: str | None = None
    """Where a symbolic link points to."""
    digest: str | None = None
    """Of a regular file's content."""


def differences(first: Mapping[str, Node], second: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """Give the paths at which two file systems differ, in order, each with how: after the words `the second has`."""
    for path in sorted(first.keys() | second.keys()):
        one, two = first.get(path), second.get(path)
        if one is None:
            yield path, "it, and the first does not"
        elif two is None:
            yield path, "it not, and the first does"
        elif one != two:
            yield path, _difference(one, two)


def _difference(one: Node, two: Node) -> str:
    if stat.S_IFMT(one.mode) != stat.S_IFMT(two.mode):
        return "something of another type there"
    if one.mode != two.mode:
        return f"it with the mode {stat.S_IMODE(two.mode):04o}, not {stat.S_IMODE(one.mode):04o}"
    if one.owner != two.owner:
        return f"it with the owner {two.owner}, not {one.owner}"
    if one.link != two.link:
        return "a link to another place there"
    if one.size != two.size:
        return f"{two.size} bytes in it, not {one.size}"
    return "other bytes in it"


def same_configuration(first: ImageInfo, second: ImageInfo) -> bool:
    """Whether two images say the same about how they are run."""
    return all(getattr(first, name) == getattr(second, name) for name in _CONFIGURATION.split())
