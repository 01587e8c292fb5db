"""How disposable engines are doing, for people."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.core.errors import GraderError
from grader.sandbox.disposable import records, start
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.disposable.records import Record
    from grader.sandbox.engine import Engine


@dataclass(frozen=True, slots=True)
class Standing:
    """One engine as it is now; None: it can't be told."""

    name: str
    images: tuple[str, ...]
    state: str
    """`idle`, `in use`, `resetting`, `starting`, `broken` or `abandoned`."""
    seconds: float
    """Since it was started."""
    memory: int | None = None
    disk: int | None = None
    containers: int | None = None
    why: str | None = None


def look(host: Engine) -> Iterator[Standing]:
    """Look at every engine of ours on this host."""
    for record, locked in records.every():
        if record.host == host.address:
            yield _look(host, record, locked=locked)


def _look(host: Engine, record: Record, *, locked: bool) -> Standing:
    memory, disk, containers = _memory(host, record), None, None
    state = _state(record, locked=locked, running=memory is not None)
    if memory is not None and state in {"idle", "in use"}:
        with suppress(GraderError):
            engine = start.attach(host, record)
            try:
                disk, containers = _inside(engine)
            finally:
                engine.close()
        if disk is None and state == "idle":
            state = "broken"
    names = tuple(one.ref for one in record.images)
    age = max(time.time() - record.since, 0.0)
    return Standing(record.name, names, state, age, memory, disk, containers, record.why)


def _state(record: Record, *, locked: bool, running: bool) -> str:
    if locked:
        return {"planned": "starting", "resetting": "resetting"}.get(record.state, "in use")
    if not record.warm:
        return "abandoned"
    return "idle" if record.state == "ready" and running else "broken"


def _memory(host: Engine, record: Record) -> int | None:
    """Give the bytes of memory that an engine takes, without what the kernel only keeps; None: it doesn't run."""
    from docker.errors import APIError

    with translated("looking at a disposable engine"):
        try:
            found: dict[str, Any] = host.api.stats(record.name, stream=False, one_shot=True)["memory_stats"]
        except APIError:
            return None
    detail = found.get("stats") or {}
    kept = detail.get("total_inactive_file", detail.get("inactive_file", 0))  # as `docker stats` counts, v1 and v2
    return max(int(found["usage"]) - int(kept), 0) if "usage" in found else None


def _inside(engine: Isolated) -> tuple[int, int]:
    disk = engine.ask({"op": "disk"}, timeout=5)
    with translated("looking into a disposable engine"):
        return disk["size"] - disk["free"], len(engine.api.containers(all=True, quiet=True))
