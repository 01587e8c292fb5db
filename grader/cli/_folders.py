"""A report that is a folder: there whole afterwards, or as it was."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.core.errors import SandboxError, UsageError
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST: Final = ".grader-report.json"
"""It names what a report has made in its folder: that, and nothing else, is ours to replace."""
_MOST_BYTES: Final = 64 * 1024**2
_NOBODYS: Final = frozenset({".DS_Store", "desktop.ini", "Thumbs.db"})
"""What file managers leave in folders that were looked at."""
_BEGUN: Final = ".grader-report."
"""So begins the name of a folder in which a report is made that can't take the place of another as a whole."""
_MOUNTED: Final = frozenset({"lost+found"})
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def check(path: Path) -> None:
    """Raise UsageError if no report can be written there, as far as that can be told beforehand."""
    try:
        target = path.resolve()
        if not target.exists():
            _may_make(path, target)
            return
        if not target.is_dir():
            raise UsageError(f"the report folder '{path}' is a file", hint="Without '/' at its end, it is written to.")
        if Path.cwd().is_relative_to(target):
            raise UsageError(
                f"the report folder '{path}' is the one that you are in, or above it",
                hint="A report replaces its folder as a whole. Name a new one: FORMAT:report/",
            )
        stray = _stray(target)
        if stray is not None:
            raise UsageError(
                f"the folder '{path}' has other things in it than an earlier report: {one_line(stray, 80)}",
                hint="A report replaces its folder as a whole. Name a new one, or an empty one.",
            )
        _may_make(path, target)
    except OSError as error:
        raise UsageError(f"the report folder '{path}' can't be written: {error.strerror}") from None


def _stray(target: Path) -> str | None:
    """Name something in a folder that no earlier report has written."""
    known: set[str] = set()
    digests: set[str] = set()
    with contextlib.suppress(OSError, ValueError, TypeError):
        with (target / MANIFEST).open("rb") as file:
            said = json.loads(file.read(_MOST_BYTES))
        if isinstance(said, dict) and said.get("made_by") == "grader":
            known = {MANIFEST, *map(str, said.get("files", ()))}
            digests = set(map(str, said.get("digests", ())))
    for folder, folders, files in os.walk(target):
        if Path(folder) == target:
            folders[:] = [name for name in folders if not name.startswith(_BEGUN)]
        for name in files:
            path = (Path(folder) / name).relative_to(target).as_posix()
            if path not in known and _digest(path) not in digests and name not in _NOBODYS:
                return path
    return None


def _may_make(path: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise UsageError(f"the report folder '{path}' is in a folder that does not exist")
    if not os.access(target if _stays(target) else target.parent, os.W_OK):
        raise UsageError(
            f"the report folder '{path}' can't be written: you may not write in the folder that it is in",
            hint="A report is made beside the old one, and then takes its place.",
        )


def _stays(target: Path) -> bool:
    """Whether a folder can't be renamed, so that only what is in it can be replaced: a volume of a container, say."""
    return target.is_dir() and (target.is_mount() or not os.access(target.parent, os.W_OK))


@contextlib.contextmanager
def replaced(path: Path, *, private: bool) -> Iterator[Path]:
    """Give an empty folder that is `path` afterwards, instead of what was there. Raises SandboxError, UsageError."""
    target = path.resolve()
    try:
        if _stays(target):
            made = Path(tempfile.mkdtemp(prefix=_BEGUN, dir=target))
        else:
            made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            yield made
            _sign(made)
            _open_up(made, private=private)
            check(path)  # a report may take a while, and somebody may have put something there
            _swap(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise SandboxError(f"the report folder '{path}' can't be written: {error.strerror}") from None


def _sign(made: Path) -> None:
    """See that a later report can tell this one, and what was put beside it."""
    manifest = made / MANIFEST
    if not manifest.exists():
        # No names: who has the address of one student's page must not find those of all others here.
        digests = sorted(_digest(path.relative_to(made).as_posix()) for path in made.rglob("*") if path.is_file())
        manifest.write_text(json.dumps({"made_by": "grader", "digests": digests}) + "\n", encoding="utf-8")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()


def _open_up(made: Path, *, private: bool) -> None:
    """Say who may read it; until it was complete, only its owner could."""
    for folder, _, files in os.walk(made, topdown=False):
        for name in files:
            (Path(folder) / name).chmod(0o600 if private else 0o644)
        Path(folder).chmod(0o700 if private else 0o755)


def _swap(made: Path, target: Path) -> None:
    """Put one folder in another's place, which is removed."""
    with _undisturbed():
        if not target.exists():
            made.rename(target)
            return
        if made.parent == target:
            _refill(made, target)
            return
        aside = made.with_name(f"{made.name}.old")
        target.rename(aside)
        try:
            made.rename(target)
        except OSError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _refill(made: Path, target: Path) -> None:
    """Put what is in one folder in the place of all else in the other, which it is in."""
    for old in target.iterdir():
        if old.is_dir() and not old.is_symlink() and old != made and old.name not in _MOUNTED:
            shutil.rmtree(old)
        elif not old.is_dir() or old.is_symlink():
            old.unlink()
    for new in made.iterdir():
        new.rename(target / new.name)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Have Ctrl-C and its like wait for what is done here."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda which, _: came.append(which)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
    for which in came[:1]:
        signal.raise_signal(which)
