"""Stores in SQLite: a file of one's own, with every transaction on the disk before it counts."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from typing import TYPE_CHECKING, Any, Final

import psutil
from sqlalchemy import create_engine, event

from grader.core.errors import UsageError
from grader.store.database import PATIENCE, WRITES, or_closed
from grader.store.trouble import StoreError, explain

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL, Connection, Engine

_OURS_ALONE: Final = 0o600
"""The store holds students' work and grades. What SQLite puts beside the file gets the same mode."""
_NETWORKS: Final = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
    }
)  # fmt: skip
"""Where processes of several machines may meet: the write-ahead log needs memory that they share."""


def find(path: Path, *, must_exist: bool) -> None:
    """See that the file is there; make an empty one unless `must_exist`. Raises UsageError."""
    # A file that exists is not opened here: closing it would drop the locks of another connection of this process.
    try:
        mode = path.stat().st_mode if must_exist or path.exists() else _make(path)
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise UsageError(f"there is no store at {path}", hint="`grader batch` makes one.") from None
        raise UsageError(f"the folder for the store is not there: {path.parent}", hint="Make it first.") from None
    except OSError as error:
        raise StoreError(
            f"the store {path} can't be opened: {error.strerror}",
            hint="Whoever runs grader must be allowed to read and write it, and to make files in its folder.",
        ) from None
    if not stat.S_ISREG(mode):
        raise UsageError(f"a store is a file, and {path} is something else", hint="Name a file in it.")


def _make(path: Path) -> int:
    with contextlib.suppress(FileExistsError):  # another process may be faster
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, _OURS_ALONE))
    return path.stat().st_mode


def connected(url: URL) -> Engine:
    """Give an engine whose transactions are what they say."""
    # Reading goes on while a page of results is worked on, so there is no most of connections.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE}, max_overflow=-1)

    # Before SQLAlchemy looks at the database: what fails there leaves the file open.
    @event.listens_for(engine, "connect", insert=True)
    def configure(connection: Any, _record: object) -> None:
        with or_closed(connection):
            # Python's module would begin transactions by itself, and too late for reading and writing to be one.
            connection.isolation_level = None
            for pragma in ("foreign_keys=ON", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that has read before it asks for the lock might not get it any more.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def journalled(engine: Engine, path: Path) -> tuple[str, ...]:
    """Choose how transactions are kept whole; says so if it is not the way that lets readers and writers be."""
    where = network(path)
    wanted = "delete" if where else "wal"
    raw = engine.raw_connection()
    try:
        # A cursor that is left open keeps the file open, too.
        with contextlib.closing(raw.cursor()) as cursor:
            mode = _switch(cursor, wanted)
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error
    finally:
        raw.close()
    if mode == "wal":
        return ()
    why = f"its folder is on a network ({where})" if where else "its file system does not allow it"
    warning = (
        f"The store {path} can't use SQLite's write-ahead log, since {why}. It is as safe without, as long as locks "
        "work there, but commands wait for each other. Better keep it on a disk of this machine, or in PostgreSQL."
    )
    return (warning,)


def _switch(cursor: Any, wanted: str) -> str:
    end = time.monotonic() + PATIENCE
    while True:
        mode = str(cursor.execute("PRAGMA journal_mode").fetchone()[0]).lower()
        if mode == wanted:
            return mode
        try:
            return str(cursor.execute(f"PRAGMA journal_mode={wanted}").fetchone()[0]).lower()
        except sqlite3.OperationalError as error:
            # Two that make the same store at once: SQLite waits for locks, but not for this one.
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def network(path: Path) -> str | None:
    """Give the type of the file system that a file is on, if other machines may use it too."""
    folder = path.resolve().parent
    best = ("", "")
    for partition in psutil.disk_partitions(all=True):
        # The last of several at the same place is the one that is seen.
        if folder.is_relative_to(partition.mountpoint) and len(partition.mountpoint) >= len(best[0]):
            best = (partition.mountpoint, partition.fstype)
    return best[1] if best[1] in _NETWORKS else None
