"""What several causes read from a case of docker commands: the containers that are meant, and who made them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core import lookup
from grader.core.specs import Where
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.facts import Case
    from grader.core.inventory import ContainerFacts, Published
    from grader.core.transcript import Call, Line

MAX_OUTPUT: Final = 8_000
"""Characters of one command's output that are searched, from its end."""
LOOKS_AT_PORTS: Final = frozenset({"container", "http", "port", "pytest", "tcp"})
"""Checks that may ask a port; a test has one only if it has sent a request."""
ABOUT_CONTAINERS: Final = frozenset(
    {"calls", "command", "container", "file", "http", "logs", "network", "port", "process", "stop", "transcript"}
)
"""Checks that look at containers which the student made, or at how."""

_SUBCOMMAND: Final = re.compile(r"\bdocker\s+(?:(?:container|image)\s+)?([a-z]{1,20})\b(?:\s+([a-z]{1,20})\b)?")
_GROUPS: Final = frozenset({"network", "volume", "system"})
_CALLS: Final = {
    "run": {"container create", "container start", "container attach", "image pull"},
    "exec": {"exec create", "exec start"}, "ps": {"container list"}, "images": {"image list"}, "rmi": {"image rm"},
    "ls": {"container list", "image list"}, "network ls": {"network list"}, "volume ls": {"volume list"},
}  # fmt: skip
"""What commands ask the engine for, where that has another name."""


def lines(case: Case) -> tuple[Line, ...]:
    """Give the commands that ran; none where the case is not about commands."""
    return case.transcript.lines if case.transcript is not None else ()


def said(case: Case, pattern: re.Pattern[str]) -> Iterator[tuple[Line, re.Match[str]]]:
    """Find what failed commands printed, the last one first: an earlier mistake may have been mended."""
    for line in reversed(lines(case)):
        found = pattern.search(line.output[-MAX_OUTPUT:]) if not line.succeeded else None
        if found is not None:
            yield line, found


def refused(case: Case) -> Iterator[tuple[Line, Call]]:
    """Find calls that the policy refused, the last one first."""
    for line in reversed(lines(case)):
        for call in line.calls:
            if call.refused is not None:
                yield line, call


def meant(case: Case) -> tuple[ContainerFacts, ...]:
    """Give the containers that a check about ports may mean: by name or image, else any that could be mistaken."""
    where = case.where
    if where is None or (where.container is None and where.image is None):
        return case.containers
    return lookup.matching(case.containers, where)


def missing(case: Case) -> bool:
    """Say whether the check looks for a container that isn't there."""
    return case.where is not None and case.where != Where() and not lookup.matching(case.containers, case.where)


def line_of(case: Case, container: ContainerFacts) -> int | None:
    """Give the line of the command that made a container, if that can be told."""
    made = [
        (call.container or call.arguments.get("name", "").lstrip("/"), line.number, call.body)
        for line in lines(case)
        for call in line.calls
        if call.name == "container create" and not call.failed
    ]
    named = [number for name, number, _ in made if name == container.name]
    # Of a name that Docker made up, the call for the container says nothing.
    of_image = [
        number
        for name, number, body in made
        if not name and isinstance(body, dict) and body.get("Image") == container.image
    ]
    return named[-1] if named else of_image[0] if len(of_image) == 1 else None


def number(port: Published) -> int:
    """Give the number of a container's port."""
    return int(port.port.partition("/")[0])


def option(port: Published) -> str:
    """Write a published port as `docker run` takes it."""
    return f"-p {port}"


def named(line: Line) -> str:
    """Name a command in a sentence."""
    return f"{quoted(' '.join(line.text.split()))} in line {line.number}"


def subcommand(line: Line) -> str:
    """Give what a command of `docker` is to do: `run`, also for `container run`; `network connect`."""
    found = _SUBCOMMAND.search(line.text)
    if found is None:
        return ""
    return f"{found[1]} {found[2]}" if found[1] in _GROUPS and found[2] else found[1]


def mentions(text: str, name: str) -> bool:
    """Say whether a name stands in a text, by itself."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def intended(line: Line, case: Case) -> bool:
    """Say whether a command was to do what the failed check looks for: it names the same thing, or is the same call."""
    if case.where is not None and case.where.container is not None:
        return mentions(line.text, case.where.container)
    if case.kind == "calls":
        return would_ask(line, case.asked)
    if case.kind == "transcript":
        name = subcommand(line)
        return f"line {line.number})" in case.message or (bool(name) and mentions(case.message, name))
    if case.kind in {"local_image", "network", "volume"}:
        wanted = wanted_name(case)
        return wanted is not None and mentions(line.text, wanted.partition(":")[0])
    return case.where is not None and missing(case)


def would_ask(line: Line, asked: tuple[str, ...]) -> bool:
    """Say whether a command was to ask the engine for what is missing, and did not get to it."""
    call, *details = asked or ("",)
    name = subcommand(line)
    if call not in _CALLS.get(name, {name, f"container {name}", f"image {name}"}):
        return False
    if any(one.name == call and not one.failed for one in line.calls):
        return False  # it did ask; that this was not as wanted has another cause
    names = [one for one in details if not one.startswith("$")]
    return not names or any(mentions(line.text, one) for one in names)


def wanted_name(case: Case) -> str | None:
    """Give the name of the image, network or volume that should be there, or should not."""
    found = re.match(r"(?:there is no|the) (?:image|network|volume) (\S{1,200}?)(?:;| must not)", case.message)
    return found[1] if found is not None else None
