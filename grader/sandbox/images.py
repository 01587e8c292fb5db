"""Base images and their configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining
from grader.core.errors import SandboxError
from grader.core.facts import ImageInfo
from grader.core.references import normalize
from grader.core.result import ImageRef
from grader.core.text import one_line
from grader.sandbox.engine import API_TIMEOUT
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.sandbox.engine import Engine

COURSE: Final = ("python:3-slim", "busybox:1", "debian:bookworm-slim", "node:24-slim", "nginx:1", "redis:7")
"""The images that the course uses."""
STANDIN: Final = "grader.standin"
"""The label of a stand-in, which is never to be mistaken for the real image."""


def inspect(engine: Engine, name: str) -> dict[str, Any] | None:
    """Give `docker image inspect`, or None when the image isn't there."""
    from docker.errors import ImageNotFound

    with translated(f"looking at image {name}"):
        try:
            found: dict[str, Any] = engine.api.inspect_image(name)
        except ImageNotFound:
            return None
    return found


def configuration(raw: dict[str, Any]) -> ImageInfo:
    """Turn `docker image inspect` into facts."""
    config = raw.get("Config") or {}
    labels = {k: v for k, v in (config.get("Labels") or {}).items() if not k.startswith("grader.")}
    return ImageInfo(
        id=str(raw["Id"]),
        size=int(raw.get("Size") or 0),
        layers=len((raw.get("RootFS") or {}).get("Layers") or ()),
        env=dict(pair.partition("=")[::2] for pair in config.get("Env") or ()),
        cmd=tuple(config.get("Cmd") or ()),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        user=config.get("User") or "",
        workdir=config.get("WorkingDir") or "/",
        ports=tuple(sorted(config.get("ExposedPorts") or ())),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        labels=labels,
        healthcheck=config.get("Healthcheck"),
        stop_signal=config.get("StopSignal") or None,
        architecture=str(raw.get("Architecture") or ""),
        os=str(raw.get("Os") or ""),
        shell=tuple(config.get("Shell") or ()),
        onbuild=tuple(config.get("OnBuild") or ()),
        raw={**raw, "Config": {**config, "Labels": labels, **_maps(config)}},
    )


def _maps(config: dict[str, Any]) -> dict[str, Any]:
    # What is empty is left out by some engines, and null with others.
    return {name: config.get(name) or {} for name in ("ExposedPorts", "Volumes")}


def ref(name: str, raw: dict[str, Any]) -> ImageRef:
    """Say which image a name stands for now."""
    digests = [str(one) for one in raw.get("RepoDigests") or ()]
    labels = (raw.get("Config") or {}).get("Labels") or {}
    return ImageRef(
        ref=name,
        id=str(raw["Id"]),
        digest=digests[0].partition("@")[2] if digests else None,
        standin=labels.get(STANDIN) == "true",
    )


def ensure(engine: Engine, names: Iterable[str], report: Callable[[str], None]) -> tuple[ImageRef, ...]:
    """Make sure that every image is there, pulling what is missing, and pin each to its id.

    Raises SandboxError, naming all that can't be had.
    """
    found: list[ImageRef] = []
    missing: list[str] = []
    for name in names:
        raw = inspect(engine, name)
        if raw is None:
            report(f"Pulling {name}")
            raw = _try_pull(engine, name)
        if raw is None:
            missing.append(name)
        else:
            found.append(ref(name, raw))
    if missing:
        raise SandboxError(
            f"base image not available: {', '.join(missing)}",
            hint="Check the network and run `grader images pull`, or `grader images standins` where there is none.",
        )
    return tuple(found)


def _try_pull(engine: Engine, name: str) -> dict[str, Any] | None:
    try:
        pull(engine, name)
    except SandboxError:
        return None
    return inspect(engine, name)


def pull(engine: Engine, name: str) -> None:
    """Pull one image by its Docker Hub name. Raises SandboxError with the engine's reason."""
    repository, _, tag = normalize(name).rpartition(":")
    with translated(f"pulling {name}"):
        for line in engine.api.pull(repository, tag=tag, stream=True, decode=True):
            remaining(API_TIMEOUT)  # raises TimedOut when the budget is spent
            if "error" in line:
                raise SandboxError(
                    f"pulling {name}: {one_line(str(line['error']))}", hint="Is there a network connection?"
                )
