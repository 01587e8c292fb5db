"""Put a file into a container, through the archive API: nothing runs in it."""

from __future__ import annotations

import io
import posixpath
import tarfile
from typing import TYPE_CHECKING, Final

from grader.core.errors import Failure
from grader.core.text import one_line
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from grader.sandbox.engine import Engine

_NOT_FOUND: Final = 404
_FORBIDDEN: Final = ("not a directory", "read-only", "device or resource busy", "file name too long")
"""What the engine says where an image, or how a container was made, leaves no place for a file."""


def put(engine: Engine, container: str, path: str, content: bytes, owner: tuple[int, int] = (0, 0)) -> None:
    """Write a file, mode 0644, at an absolute path; folders above it that are missing are made, and are root's.

    `owner` has the numbers of a user and a group; default: root's.
    """
    from docker.errors import APIError

    path = posixpath.normpath("/" + path.lstrip("/"))
    folder, name = posixpath.split(path)
    with translated(f"writing {path}"):
        try:
            try:
                engine.api.put_archive(container, folder, _archive(name, content, owner))
            except APIError as error:
                if error.status_code != _NOT_FOUND:
                    raise
                engine.api.put_archive(container, "/", _archive(path.lstrip("/"), content, owner))
        except APIError as error:
            said = str(error.explanation)
            if any(one in said for one in _FORBIDDEN):
                raise Failure(f"{path} can't be written in the container: {one_line(said)}") from None
            raise


def _archive(name: str, content: bytes, owner: tuple[int, int]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o644
        member.uid, member.gid = owner
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()
