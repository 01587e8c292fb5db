"""The ports and mounts of a container: what is expected of them, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from grader.checks._problems import Problem, compare
from grader.core.matchers import Expectation
from grader.core.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.core.inventory import ContainerFacts, Mounted, Published
    from grader.core.matching import Matcher


class Mount(Model):
    """What should be mounted."""

    type: Literal["bind", "volume", "tmpfs"] | None = None
    """`bind`: a folder of the student's; `volume`: a volume; `tmpfs`: memory."""
    source: Expectation | None = None
    """The name of the volume, or the path of the folder inside the student's folder, which is `.` itself."""
    read_only: bool | None = None
    """Whether the container may not write there."""


def ports(subject: str, one: ContainerFacts, wanted: Mapping[str, Matcher]) -> Iterator[Problem]:
    """Give what is wrong with published ports; `wanted` has ports of the container, each with one of the machine."""
    for port, expectation in wanted.items():
        found = [each for each in one.published if each.port == port]
        if any(expectation.problem(each.host_port) is None for each in found):
            continue
        number = port.removesuffix("/tcp")
        meant = f"{expectation.raw}:{number}" if isinstance(expectation.raw, int) else None
        expected = f"-p {meant}" if meant else f"port {number} as a port of your machine: {expectation.words}"
        there = published(one.published)
        if not one.published:
            message = f"{subject} publishes no port"
        elif not found:
            message = f"{subject} does not publish its port {number}, only {there}"
        else:
            message = f"{subject} publishes its port {number} as {_numbers(found)} of your machine"
        yield Problem(f"port {number}", f"{message}; expected {expected}", expected, there)


def published(found: Sequence[Published]) -> str:
    """Write ports as they are given to `docker run`."""
    return ", ".join(f"-p {one}" for one in found) or "no port"


def _numbers(found: Sequence[Published]) -> str:
    return " and ".join(str(one.host_port) if one.host_port else "any free port" for one in found)


def mounts(subject: str, one: ContainerFacts, wanted: Mapping[str, Mount]) -> Iterator[Problem]:
    """Give what is wrong with what is mounted; `wanted` has paths in the container."""
    by_target = {each.target.rstrip("/"): each for each in one.mounts}
    for target, mount in wanted.items():
        found = by_target.get(target.rstrip("/"))
        if found is None:
            there = ", ".join(f"{each.target} ({_words(each)})" for each in one.mounts) or "nothing"
            message = f"{subject} has nothing mounted at {target}"
            yield Problem(target, message, f"something mounted at {target}", there)
            continue
        if mount.type not in (None, found.type):
            message = f"at {target}, {subject} has {_words(found)}, expected a {mount.type} mount"
            yield Problem(target, message, f"a {mount.type} mount", _words(found))
        yield from compare(f"what {subject} has at {target}", found.source, mount.source)
        if mount.read_only not in (None, found.read_only):
            can = "can't" if found.read_only else "can"
            words = ("read-only (:ro)", "writable")
            expected, actual = words if mount.read_only else words[::-1]
            yield Problem(target, f"{subject} {can} write to {target}", expected, actual)


def _words(mounted: Mounted) -> str:
    if mounted.type == "tmpfs":
        return "a tmpfs"
    kind = "the volume" if mounted.type == "volume" else "the folder"
    return f"{kind} {mounted.source}"
