"""A folder for one attempt's temporary files."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.errors import SandboxError
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a fresh folder, and remove it afterwards.

    Raises SandboxError for every OSError inside that nobody has caught: it is this machine's doing.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="grader-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise SandboxError(
            f"a file can't be written here: {one_line(str(error))}",
            hint="Is there space for temporary files, and may they be written? TMPDIR names another folder for them.",
        ) from error
