"""Making an engine container as good as new between two attempts, as far as Docker's own calls don't."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
from pathlib import Path

from . import boot
from .shell import USER

_SLACK = 256 * 1024 * 1024
"""Bytes of the disk's file that may be wasted."""
_OWN = ("dockerd", "containerd", "docker-registry", "registry")
"""Programs that run for as long as the engine does."""


def wipe(folder: Path) -> None:
    """Remove everything in a folder, however deep, whatever it is called, following no link."""
    staging = f".{secrets.token_hex(16)}".encode()
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.mkdir(staging, 0o700, dir_fd=top)
        store = os.open(staging, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
        try:
            _empty(top, store, keep=staging)
        finally:
            os.close(store)
        os.rmdir(staging, dir_fd=top)
        os.fchown(top, USER, USER)
        os.fchmod(top, 0o755)
    finally:
        os.close(top)


def _empty(top: int, store: int, keep: bytes) -> None:
    """Move what is in each folder up to one place, level by level: recursion would meet its end sooner."""
    waiting = _clear(top, store, 0, keep)
    done = 0
    while done < waiting:
        name = str(done).encode()
        here = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=store)
        try:
            waiting = _clear(here, store, waiting)
        finally:
            os.close(here)
        os.rmdir(name, dir_fd=store)
        done += 1


def _clear(here: int, store: int, count: int, keep: bytes | None = None) -> int:
    """Remove the files of a folder, and move its folders to `store`, by number; gives the next number."""
    for name in (os.fsencode(one) for one in os.listdir(here)):
        if name == keep:
            continue
        try:
            os.unlink(name, dir_fd=here)
        except (IsADirectoryError, PermissionError):
            os.rename(name, str(count).encode(), src_dir_fd=here, dst_dir_fd=store)
            count += 1
    return count


def trim() -> None:
    """Tell the host which parts of the disk's file are free again, if they are many."""
    status = os.statvfs(boot.DATA)
    used = (status.f_blocks - status.f_bfree) * status.f_frsize
    if boot.DISK.stat().st_blocks * 512 > used + _SLACK:
        subprocess.run(["fstrim", str(boot.DATA)], check=False, capture_output=True)


def strangers(*, kill: bool) -> list[str]:
    """Name the processes that are neither the engine's own nor started from outside; kill those in containers."""
    home = _namespace(os.getpid())
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        pid = int(path.name)
        with contextlib.suppress(OSError, IndexError, ValueError):
            stat = (path / "stat").read_text(errors="replace")
            state, parent = stat.rpartition(")")[2].split()[:2]
            name = stat.partition("(")[2].rpartition(")")[0]
            contained = _namespace(pid) != home
            if state == "Z" or (not contained and _is_own(pid, int(parent), name)):
                continue
            found.append(name)
            if kill and contained:
                os.kill(pid, signal.SIGKILL)
    return sorted(found)


def _is_own(pid: int, parent: int, name: str) -> bool:
    # What has no parent here was started from outside, as this engine's first process was.
    return pid == os.getpid() or parent == 0 or name in _OWN


def _namespace(pid: int) -> str:
    return os.readlink(f"/proc/{pid}/ns/mnt")  # noqa: PTH115 - no path, a name
