"""What students' commands leave and do: containers, images and transcripts with sensible defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grader.core.inventory import ContainerFacts, Inventory, LocalImage, Mounted, Published
from grader.core.transcript import Call, Line, Transcript
from tests.support.fakes import FakeTarget

_NGINX = ContainerFacts(
    id="c" * 64,
    name="web",
    image="nginx:1",
    image_id="sha256:" + "2" * 64,
    status="running",
    exit_code=None,
    argv=("/docker-entrypoint.sh", "nginx", "-g", "daemon off;"),
    command=("nginx", "-g", "daemon off;"),
)


def made(name: str = "web", *ports: str, **changes: Any) -> ContainerFacts:
    """Give a running container; ports as `docker run -p` takes them: `3000:80`."""
    published = tuple(_published(port) for port in ports)
    return replace(_NGINX, **{"name": name, "published": published, **changes})


def ended(name: str = "web", code: int = 0, **changes: Any) -> ContainerFacts:
    """Give a container that has ended."""
    return made(name, **{"status": "exited", "exit_code": code, **changes})


def _published(port: str) -> Published:
    host, _, inside = port.partition(":")
    return Published(inside if "/" in inside else f"{inside}/tcp", "0.0.0.0", int(host))  # noqa: S104 - a fact


def volume(source: str, target: str, **changes: Any) -> Mounted:
    """Give a mounted volume."""
    return replace(Mounted("volume", source, target), **changes)


def local_image(number: int, *tags: str, **changes: Any) -> LocalImage:
    """Give an image whose id is made of a digit."""
    return replace(LocalImage("sha256:" + str(number) * 64, tags, size=10_000_000), **changes)


def holding(*containers: ContainerFacts, **more: Any) -> FakeTarget:
    """Give a target on which these containers are left."""
    originals = more.pop("originals", None)
    return FakeTarget(inventory=Inventory(containers, **more), originals=originals)


def ran(*lines: Line) -> FakeTarget:
    """Give a target on which these commands ran."""
    return FakeTarget(transcript=Transcript(file="commands.sh", lines=lines))


def line(text: str, code: int | None = 0, output: str = "", *calls: Call, **changes: Any) -> Line:
    """Give a command that ran."""
    return Line(**{"number": 1, "text": text, "exit_code": code, "output": output, "calls": calls, **changes})


def call(name: str, container: str | None = None, **changes: Any) -> Call:
    """Give a call to the engine that succeeded."""
    return Call(**{"name": name, "container": container, "status": 200, **changes})
