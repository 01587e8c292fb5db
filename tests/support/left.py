"""What is on the engine and on this machine, to be compared with what was there before."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.sandbox.engine import connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.sandbox.engine import Engine

MARK = "GRADER_TEST_MARK"
"""A variable that all processes of one test have in their environment."""


class Machine(NamedTuple):
    """Everything that a run of the grader could leave, by kind, each thing by what names it."""

    containers: frozenset[str]
    networks: frozenset[str]
    volumes: frozenset[str]
    images: frozenset[str]

    @classmethod
    def now(cls) -> Machine:
        """List what the engine has."""
        engine = connect()
        try:
            return cls(*(frozenset(_listed(engine, kind)) for kind in cls._fields))
        finally:
            engine.close()

    def more(self) -> list[str]:
        """Name what has come since, and is still there."""
        later = Machine.now()
        return [
            f"{kind[:-1]} {name}"
            for kind, before, after in zip(self._fields, self, later, strict=True)
            for name in sorted(after - before)
        ]

    def left(self, seconds: float = 60.0) -> list[str]:
        """Name what has come and stays; what others have there for a moment is no orphan."""
        end = time.monotonic() + seconds
        while (found := self.more()) and time.monotonic() < end:
            time.sleep(0.5)
        return found


def _listed(engine: Engine, kind: str) -> list[str]:
    api: Any = engine.api
    if kind == "volumes":
        # Anonymous ones are nobody's by their names: those of ours are removed with their containers.
        return [str(one["Name"]) for one in api.volumes()["Volumes"] or ()]
    found = api.containers(all=True) if kind == "containers" else getattr(api, kind)()
    return [str(one["Id"]) for one in found]


def files_below(state: Mapping[str, str]) -> list[str]:
    """Name ledgers, records of engines and temporary files that runs with this environment have left.

    What only serves as a lock, for as long as the grader is installed, is none of it.
    """
    places = (Path(state["XDG_STATE_HOME"]) / "grader", Path(state["TMPDIR"]))
    found = [path for place in places for path in place.rglob("*")]
    return sorted(str(path) for path in found if not path.is_dir() or path.parent == places[1] if not _is_lock(path))


def _is_lock(path: Path) -> bool:
    return path.suffix == ".lock" and path.name.startswith(("grader-seed-", "grader-image", "engine"))


def marked(mark: str) -> dict[int, str]:
    """Give the processes that have a mark in their environment, with their command lines; this one is none."""
    wanted = f"{MARK}={mark}".encode()
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            environment = (path / "environ").read_bytes().split(b"\0")
            line = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if wanted in environment and path.name != str(os.getpid()):
            found[int(path.name)] = line
    return found


def processes_left(mark: str, seconds: float = 30.0) -> list[str]:
    """Name those that are still there after a while."""
    end = time.monotonic() + seconds
    while (found := marked(mark)) and time.monotonic() < end:
        time.sleep(0.2)
    return [f"process {number}: {line}" for number, line in found.items()]
