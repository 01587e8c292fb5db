"""A student's Dockerfile as text: read, and copied for the build."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from grader.core.dockerfile import DockerfileError
from grader.sandbox.policy import without_syntax

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> str:
    """Read a Dockerfile. Raises DockerfileError when it is not UTF-8."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = "Save it as UTF-8: in Notepad, Save as, Encoding UTF-8."
        raise DockerfileError("the Dockerfile is saved as UTF-16", hint=hint)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DockerfileError(f"line {line}: the Dockerfile is not UTF-8 text", hint="Save it as UTF-8.") from None


def copy_without_syntax(path: Path, text: str, folder: Path) -> Path:
    """Copy a Dockerfile and its own ignore file, less the `# syntax=` line."""
    copy = folder / path.name
    copy.write_text(without_syntax(text), encoding="utf-8")
    ignore = path.with_name(f"{path.name}.dockerignore")
    if ignore.is_file():
        shutil.copyfile(ignore, folder / ignore.name)
    return copy
