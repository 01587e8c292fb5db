"""Everything in an image's file system, each file by the digest of its content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from grader.core.errors import Failure
from grader.core.quantities import show_bytes
from grader.core.variants import Node
from grader.sandbox import archives
from grader.sandbox.files import ImageFiles

if TYPE_CHECKING:
    import tarfile

MAX_BYTES: Final = 4 * 1024**3
"""Bytes of an image that are read at most."""
MAX_NODES: Final = 200_000
"""Files, folders and links of an image that are compared at most."""
_CHUNK: Final = 1024 * 1024


class ImageTree(ImageFiles):
    """Files of one image, and all of them at once."""

    def tree(self) -> dict[str, Node]:
        """Read the whole file system. Raises Failure for one that is too large, TimedOut at the deadline."""
        found: dict[str, Node] = {}
        for archive, member in self._members("/", MAX_BYTES):
            path = f"/{archives.relative(member.name)}"
            if member.islnk():
                # A second name of a file: it is whatever the first one is.
                found[path] = found.get(f"/{archives.relative(member.linkname)}", _node(archive, member))
            else:
                found[path] = _node(archive, member)
            if len(found) > MAX_NODES:
                raise _too_large(f"more than {MAX_NODES} files")
        if not self._whole:
            raise _too_large(f"more than {show_bytes(MAX_BYTES)}")
        return found


def _node(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Node:
    about = archives.entry(archive, member, "", keep=0)
    return Node(
        mode=about.mode,
        owner=f"{about.uid}:{about.gid}",
        size=about.size if member.isreg() else 0,
        link=about.link,
        digest=_digest(archive, member) if member.isreg() else None,
    )


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    stream = archive.extractfile(member)
    digest = hashlib.sha256()
    while stream is not None and (chunk := stream.read(_CHUNK)):
        digest.update(chunk)
    return digest.hexdigest()


def _too_large(what: str) -> Failure:
    return Failure(
        f"the image is too large to compare: it has {what}",
        expected="an image that can be compared",
        actual=what,
        hint="Leave out of the image what it doesn't need.",
    )
