"""Folders for temporary files, which somebody else can tell from what a killed process has left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.core.errors import SandboxError
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "grader-tmp-"


class Scratch:
    """A fresh folder of one's own, locked for as long as the process is there that made it; raises OSError."""

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            # Until it is locked it looks abandoned: somebody may remove it just now.
            with contextlib.suppress(FileNotFoundError):
                self._lock = os.open(self.path, os.O_RDONLY)
                with contextlib.suppress(OSError):  # where nothing can be locked, nobody can take it, either
                    fcntl.flock(self._lock, fcntl.LOCK_EX)
                if self.path.exists():
                    return
                os.close(self._lock)

    def remove(self) -> None:
        """Remove it with all that is in it; what can't be removed stays."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a fresh folder, and remove it afterwards; raises OSError."""
    made = Scratch()
    try:
        yield made.path
    finally:
        made.remove()


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a fresh folder, and remove it afterwards.

    Raises SandboxError for every OSError inside that nobody has caught: it is this machine's doing.
    """
    try:
        with temporary_folder() as folder:
            yield folder
    except OSError as error:
        raise SandboxError(
            f"a file can't be written here: {one_line(str(error))}",
            hint="Is there space for temporary files, and may they be written? TMPDIR names another folder for them.",
        ) from error


def abandoned_folders() -> Iterator[Path]:
    """Give the folders of this user whose processes are gone; each stays locked until the next one is asked for."""
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            # Anybody may put a link, or a folder, where temporary files are.
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            stack.callback(os.close, lock)
            if os.fstat(lock).st_uid == os.getuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield path
