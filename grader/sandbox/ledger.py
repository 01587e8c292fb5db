"""Every object made on an engine, written down before it is made, removed at the end by what was written.

Labels can't serve for that: containers inherit the labels of their image, so a submission could claim an object or
disown one. The ledger is a file too, locked by its owner: after a crash `grader clean` removes what an abandoned one
lists.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from grader.core.errors import SandboxError
from grader.sandbox.engine import LABEL
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from grader.sandbox.engine import Engine

KINDS: Final = ("container", "volume", "build", "image")
"""In the order of removal: neither a volume nor an image can go before its containers."""

INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a run: Ctrl-C, the system, a terminal that is closed."""


class Ledger:
    """The objects of one attempt."""

    def __init__(self, engine: Engine, attempt: str, folder: Path | None = None) -> None:
        self.engine = engine
        self.attempt = attempt
        self._path = (folder or state_folder()) / f"{attempt}.jsonl"
        with _writing(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO = self._path.open("a", encoding="utf-8")
            fcntl.flock(self._file, fcntl.LOCK_EX)
            while not os.fstat(self._file.fileno()).st_nlink:
                # Somebody swept it away, as one that nobody has, before it was locked.
                self._file.close()
                self._file = self._path.open("a", encoding="utf-8")
                fcntl.flock(self._file, fcntl.LOCK_EX)
        self._write({"engine": engine.address})
        self._lock = threading.Lock()
        self._names = 0
        self._objects: list[tuple[str, str]] = []

    def name(self, kind: str = "container") -> str:
        """Give a name for a new container or volume, written down before the engine hears of it."""
        with self._lock:
            self._names += 1
            name = f"grader-{self.attempt[:12]}-{self._names}"
            self.add(kind, name)
        return name

    def add(self, kind: str, key: str) -> None:
        """Write an object down: a container or volume by name, an image by id, a build by its attempt."""
        if (kind, key) not in self._objects:
            self._objects.append((kind, key))
            self._write({kind: key})

    def drop(self, kind: str, key: str) -> None:
        """Forget an object that is known to be gone."""
        with contextlib.suppress(ValueError):
            self._objects.remove((kind, key))

    def close(self) -> tuple[str, ...]:
        """Remove everything; a Ctrl-C meanwhile waits until that is done. Says what is left, and why."""
        with uninterrupted():
            left = remove(self.engine, self._objects)
            self._objects.clear()
            if not left:
                self._path.unlink(missing_ok=True)
            self._file.close()
        return left

    def leave(self) -> tuple[str, ...]:
        """Leave everything where it is, for `grader clean`; says what that is."""
        self._write({"kept": self.attempt})
        self._file.close()
        return tuple(f"kept {kind} {key}" for kind, key in self._objects if kind in {"container", "volume", "image"})

    def _write(self, line: dict[str, str]) -> None:
        with _writing(self._path):
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SandboxError(f"{path} can't be written: {error.strerror}") from error


def state_folder() -> Path:
    """Where ledgers are kept."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "grader" / "ledgers"


def remove(engine: Engine, objects: list[tuple[str, str]]) -> tuple[str, ...]:
    """Remove objects, containers before images; returns a sentence for each that is still there."""
    removers = {
        "container": _remove_container,
        "volume": _remove_volume,
        "build": _remove_build,
        "image": _remove_image,
    }
    left = []
    for kind in KINDS:
        for key in (key for found, key in objects if found == kind):
            try:
                removers[kind](engine, key)
            except SandboxError as error:
                left.append(f"{kind} {key} could not be removed: {error.message}")
    return tuple(left)


def abandoned(folder: Path | None = None, *, kept: bool = True) -> Iterator[tuple[Path, str, list[tuple[str, str]]]]:
    """Give the ledgers whose owner is gone: file, address of the engine, objects. `kept`: also those of `--keep`."""
    for path in sorted((folder or state_folder()).glob("*.jsonl")):
        with contextlib.suppress(OSError), path.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # its attempt is running
            objects: list[tuple[str, str]] = []
            address = ""
            is_kept = False
            for line in file:
                with contextlib.suppress(ValueError):
                    for kind, key in json.loads(line).items():
                        if kind == "engine":
                            address = str(key)
                        elif kind in KINDS:
                            objects.append((kind, str(key)))
                        is_kept |= kind == "kept"
            if kept or not is_kept:
                yield path, address, objects


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C, SIGTERM and SIGHUP until the work inside is done; then whoever listens to them hears of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        pending.append(number)

    numbers = [one for one in INTERRUPTS if signal.getsignal(one) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, remember) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        for heard in pending:
            listener = previous[signal.Signals(heard)]
            if not callable(listener):
                raise KeyboardInterrupt
            listener(heard, None)


def _remove_container(engine: Engine, name: str) -> None:
    from docker.errors import APIError, NotFound

    with translated("removing a container"):
        try:
            engine.api.remove_container(name, v=True, force=True)
        except NotFound:
            return
        except APIError as error:
            if "already in progress" not in str(error):
                raise


def _remove_volume(engine: Engine, name: str) -> None:
    with translated("removing a volume"):
        engine.api.remove_volume(name, force=True)


def _remove_image(engine: Engine, image: str) -> None:
    from docker.errors import ImageNotFound, NotFound

    with translated("removing an image"), contextlib.suppress(ImageNotFound, NotFound):
        # Its parents are not ours to remove: one without a name would go along.
        engine.api.remove_image(image, force=False, noprune=True)


def _remove_build(engine: Engine, attempt: str) -> None:
    """Remove what an interrupted build may have left: the label's value is random, so nothing else can carry it."""
    with translated("looking for images"):
        found = engine.api.images(quiet=True, filters={"label": f"{LABEL}={attempt}"})
    for image in found:
        _remove_image(engine, str(image))
