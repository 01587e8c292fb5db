"""A report that is a folder: there whole afterwards, or as it was."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.core.errors import SandboxError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST: Final = ".grader-report.json"
"""A report writes this into its folder; without it, nothing in a folder is ours to replace."""
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
        if any(target.iterdir()) and not (target / MANIFEST).is_file():
            raise UsageError(
                f"the folder '{path}' has other things in it than an earlier report",
                hint="A report replaces its folder as a whole. Name a new one, or an empty one.",
            )
        _may_make(path, target)
    except OSError as error:
        raise UsageError(f"the report folder '{path}' can't be written: {error.strerror}") from None


def _may_make(path: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise UsageError(f"the report folder '{path}' is in a folder that does not exist")
    if not os.access(target.parent, os.W_OK):
        raise UsageError(
            f"the report folder '{path}' can't be written: you may not write in the folder that it is in",
            hint="A report is made beside the old one, and then takes its place.",
        )


@contextlib.contextmanager
def replaced(path: Path, *, private: bool) -> Iterator[Path]:
    """Give an empty folder that is `path` afterwards, instead of what was there. Raises SandboxError, UsageError."""
    target = path.resolve()
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            yield made
            _open_up(made, private=private)
            check(path)  # a report may take a while, and somebody may have put something there
            _swap(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise SandboxError(f"the report folder '{path}' can't be written: {error.strerror}") from None


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
        aside = made.with_name(f"{made.name}.old")
        target.rename(aside)
        try:
            made.rename(target)
        except OSError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)


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
