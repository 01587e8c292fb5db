"""Who works on an attempt, and whether they still do."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import psutil

if TYPE_CHECKING:
    from datetime import datetime

DEAD_AFTER: Final = timedelta(seconds=90)
"""Without a heartbeat, where nothing better tells."""
_PROC: Final = Path("/proc")


class Owner(NamedTuple):
    """One process, on one machine, since that machine was started."""

    host: str
    machine: str
    """Tells machines of the same name apart; empty where it has no id."""
    boot: str
    namespace: str
    """Ids of processes mean something only within theirs."""
    pid: int
    started: str

    def __str__(self) -> str:
        return "/".join(str(part) for part in self)


def me() -> str:
    """Name this process, as no other one will ever be named."""
    pid = os.getpid()
    return str(Owner(*_here(), pid, _started(pid) or ""))


def alive(owner: str, beat_at: datetime, now: datetime) -> bool:
    """Tell whether an owner still works: by looking at the process if it is one of here, else by its heartbeat."""
    recent = now - beat_at < DEAD_AFTER
    its = _parse(owner)
    if its is None:
        return recent
    here = Owner(*_here(), 0, "")
    if its.machine != here.machine or its.host != here.host:
        return recent
    if its.boot != here.boot:
        # The same machine was started anew. Only its id makes that sure: names are given twice.
        return recent and not here.machine
    if its.namespace != here.namespace:
        return recent
    return _started(its.pid) == its.started


@functools.cache
def _here() -> tuple[str, str, str, str]:
    machine = _read(Path("/etc/machine-id"))
    told = hashlib.sha256(machine.encode()).hexdigest()[:12] if machine else ""
    try:
        namespace = str((_PROC / "self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return platform.node().replace("/", ""), told, _read(_PROC / "sys/kernel/random/boot_id"), namespace


def _parse(owner: str) -> Owner | None:
    parts = owner.split("/")
    if len(parts) != len(Owner._fields) or not parts[4].isdecimal():
        return None
    host, machine, boot, namespace, pid, started = parts
    return Owner(host, machine, boot, namespace, int(pid), started)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Say when a process was started, in a form to compare; None: it has ended, even if nobody has asked how."""
    # The kernel's own number: what psutil makes of it moves when the clock is set.
    stat = _read(_PROC / str(pid) / "stat")
    if stat:
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in {"Z", "X"} else fields[19]
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(round(process.create_time()))
    except psutil.Error:
        return None
