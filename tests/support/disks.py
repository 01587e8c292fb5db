"""A disk that is small enough to be filled."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


class Disk:
    """A small file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._filler.open("ab", buffering=0) as file:
            for piece in (4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * piece)

    def free(self) -> None:
        """Make room again."""
        self._filler.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let nobody write."""
        _run("mount", "-o", "remount,ro", str(self.folder))
        try:
            yield
        finally:
            _run("mount", "-o", "remount,rw", str(self.folder))


@contextmanager
def small_disk(size: str = "1m") -> Iterator[Disk]:
    """Mount a disk; skips the test where that is not allowed."""
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    with tempfile.TemporaryDirectory(prefix="grader-disk-") as name:
        try:
            _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", name)
        except OSError as error:
            pytest.skip(f"no disk can be mounted here: {error}")
        try:
            yield Disk(Path(name))
        finally:
            _run("umount", name)


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        raise OSError(errno.EPERM, done.stderr.strip(), " ".join(argv))
