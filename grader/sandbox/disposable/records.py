"""What is known of every disposable engine, in a file of its own: written before anything is made, locked while used.

A process that works with an engine holds its record's lock. Nobody holds that of a warm engine that is idle; a one-off
engine whose record nobody holds was abandoned by a crash, and `grader clean` removes it. So it does with the warm
engines of a batch that is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field, ValidationError

from grader.core.errors import SandboxError
from grader.core.model import Model
from grader.core.result import ImageRef
from grader.core.specs import EngineSpec
from grader.sandbox.disposable.outer import Place
from grader.sandbox.ledger import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "grader-engine-"
"""What the names of engines begin with."""
_ENDING: Final = ".json"
_MOST: Final = 1024 * 1024
"""Bytes that are read of a record."""
_UNREADABLE: Final = "unix:///var/run/docker.sock"
"""Where the engine of a record that can't be read is looked for, if not even that is in it."""

State = Literal["planned", "ready", "leased", "resetting"]
"""`planned`: nothing of it may be there, or a part; `ready`: clean; `leased`: a student's work is on it."""


class Record(Model):
    """One disposable engine."""

    name: str
    host: str
    """The address of the engine that it runs in."""
    shared: str = ""
    """The folder with its sockets; empty: they are reached through the host's engine."""
    token: str = ""
    image: str = ""
    """The id of the engine image."""
    seed: str = ""
    """The volume that its disk was copied from."""
    spec: EngineSpec = EngineSpec()
    images: tuple[ImageRef, ...] = ()
    warm: bool = False
    """Whether it outlives the process that uses it."""
    batch: str = ""
    """The batch that it was started for, and that it ends with; empty: anybody may use it."""
    programs: str = ""
    """A digest of the programs in it: another version of the grader has others."""
    state: State = "planned"
    since: float = 0.0
    """When it was started (seconds of the epoch)."""
    used: int = 0
    """Bytes of its disk that were taken when nothing had run on it yet."""
    sizes: dict[str, int] = Field(default_factory=dict)
    """Bytes of each image, by id."""
    why: str | None = None
    """What is wrong with it, for people."""

    @property
    def place(self) -> Place:
        """The names of its parts."""
        return Place(self.name, Path(self.shared) if self.shared else None)


class Held:
    """A record with its lock, which ends with the process at the latest."""

    def __init__(self, path: Path, number: int, record: Record) -> None:
        self.record = record
        self._path = path
        self._number = number

    def write(self, **changes: Any) -> Record:
        """Change some fields; gives the new record. Raises SandboxError when that can't be written down."""
        self.record = self.record.model_copy(update=changes)
        data = self.record.model_dump_json().encode()
        with _writing(self._path):
            # Whoever is killed between these two leaves the end of an older record, which is not read.
            os.pwrite(self._number, data, 0)
            os.ftruncate(self._number, len(data))
        return self.record

    def release(self) -> None:
        """Let others use it."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1

    def forget(self) -> None:
        """Remove the record: nothing of its engine is left."""
        self._path.unlink(missing_ok=True)
        self.release()

    def hand_over(self) -> int:
        """Give the open file, for a process that goes on with it."""
        return self._number


def folder() -> Path:
    """Where the records are: beside the ledgers."""
    return state_folder().parent / "engines"


def create(record: Record) -> Held:
    """Write a new record down; it is locked from the first moment on."""
    path = folder() / f"{record.name}{_ENDING}"
    fresh = path.with_suffix(".new")
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(number, fcntl.LOCK_EX)
    held = Held(path, number, record)
    held.write()
    # Only now do others see it.
    with _writing(path):
        fresh.rename(path)
    return held


def fresh(host: str, *, warm: bool, **fields: Any) -> Record:
    """Give the record of an engine that is to be made."""
    return Record(name=f"{PREFIX}{secrets.token_hex(6)}", host=host, warm=warm, since=time.time(), **fields)


def take(name: str, wait: float = 0.05) -> Held | None:
    """Take the lock of a record; None when somebody else has it (for longer than `wait` seconds), or it is gone."""
    path = folder() / f"{name}{_ENDING}"
    end = time.monotonic() + wait
    while True:
        try:
            number = os.open(path, os.O_RDWR)
        except OSError:
            return None
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(number)
            if time.monotonic() >= end:
                return None
            time.sleep(0.01)
            continue
        if os.fstat(number).st_nlink:
            return Held(path, number, _read(number, name))
        os.close(number)  # it was removed meanwhile


def adopt(name: str, number: int) -> Held:
    """Go on with a record that another process has handed over, with its lock."""
    return Held(folder() / f"{name}{_ENDING}", number, _read(number, name))


def every() -> Iterator[tuple[Record, bool]]:
    """Give all records, with whether somebody holds the lock, in the order in which the engines were started."""
    found = []
    for path in folder().glob(f"*{_ENDING}"):
        with contextlib.suppress(OSError):
            number = os.open(path, os.O_RDONLY)
            try:
                found.append((_read(number, path.stem), _is_locked(number)))
            finally:
                os.close(number)
    yield from sorted(found, key=lambda one: (one[0].since, one[0].name))


def _is_locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _read(number: int, name: str) -> Record:
    text = os.pread(number, _MOST, 0).decode("utf-8", "replace")
    found: Any = None
    with contextlib.suppress(ValueError):
        found, _ = json.JSONDecoder().raw_decode(text)
    try:
        return Record.model_validate(found).model_copy(update={"name": name})
    except ValidationError:
        # Of another version, or torn: its name alone says what belongs to it.
        host = found.get("host") if isinstance(found, dict) else None
        return Record(name=name, host=str(host or _UNREADABLE), why="its record can't be read")


@contextmanager
def exclusive(what: str) -> Iterator[bool]:
    """Let one process at a time do something; says whether another one had to be waited for."""
    path = folder() / f"{what}.lock"
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        waited = False
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            fcntl.flock(number, fcntl.LOCK_EX)
        yield waited
    finally:
        os.close(number)


@contextmanager
def batch(name: str) -> Iterator[None]:
    """Say that a batch is there, for as long as the block and this process last."""
    path = _batch_path(name)
    number = -1
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Until it is locked, it looks like one that nobody has.
        while number < 0 or not os.fstat(number).st_nlink:
            if number >= 0:
                os.close(number)
            number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(number, fcntl.LOCK_EX)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(number)


def batches() -> int:
    """Count the batches that are there."""
    return sum(is_there(path.stem.removeprefix("batch-")) for path in folder().glob("batch-*.lock"))


def is_there(name: str) -> bool:
    """Whether a batch is there."""
    try:
        number = os.open(_batch_path(name), os.O_RDONLY)
    except OSError:
        return False
    try:
        return _is_locked(number)
    finally:
        os.close(number)


def forget_batches() -> None:
    """Remove what batches that are gone have left here."""
    for path in folder().glob("batch-*.lock"):
        if not is_there(path.stem.removeprefix("batch-")):
            path.unlink(missing_ok=True)


def _batch_path(name: str) -> Path:
    return folder() / f"batch-{name}.lock"


def is_disposable(address: str) -> bool:
    """Whether an engine's address is that of a disposable one."""
    return address.startswith("unix://") and Path(address.removeprefix("unix://")).parent.name.startswith(PREFIX)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SandboxError(f"{path} can't be written: {error.strerror}") from error
