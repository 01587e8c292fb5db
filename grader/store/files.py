"""The file of a store in SQLite, before SQLite sees it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import psutil

from grader.core.errors import UsageError
from grader.store.trouble import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC: Final = b"SQLite format 3\0"
_OURS_ALONE: Final = 0o600
"""The store holds students' work and grades."""
_NETWORKS: Final = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
    }
)  # fmt: skip
"""Where processes of several machines may meet: the write-ahead log needs memory that they share."""


def check(path: Path, *, must_exist: bool) -> None:
    """Make an empty file that only its owner may read, or see that there is a store already. Raises UsageError."""
    try:
        if not must_exist:
            _make(path)
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise UsageError(f"there is no store at {path}", hint="`grader batch` makes one.") from None
        raise UsageError(f"the folder for the store is not there: {path.parent}", hint="Make it first.") from None
    except IsADirectoryError:
        raise UsageError(f"the store is a file, and {path} is a folder", hint="Name a file in it.") from None
    except OSError as error:
        raise StoreError(
            f"the store {path} can't be opened: {error.strerror}",
            hint="Whoever runs grader must be allowed to read and write it, and to make files in its folder.",
        ) from None
    if start not in {b"", _MAGIC}:
        raise UsageError(f"{path} is no store, and has been left as it is", hint="Give the path of another file.")


def _make(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, _OURS_ALONE))
    except FileExistsError:
        if path.is_dir():
            raise IsADirectoryError from None


def network(path: Path) -> str | None:
    """Give the type of the file system that a file is on, if other machines can use it too."""
    folder = path.resolve().parent
    best = ("", "")
    for partition in psutil.disk_partitions(all=True):
        if folder.is_relative_to(partition.mountpoint) and len(partition.mountpoint) >= len(best[0]):
            best = (partition.mountpoint, partition.fstype)
    return best[1] if best[1] in _NETWORKS else None
