"""Everything in an image's file system, each file by the digest of its content."""

from __future__ import annotations

import hashlib
import tarfile
from typing import Final

from grader.core.errors import Failure, SandboxError
from grader.core.quantities import show_bytes
from grader.core.variants import Node
from grader.sandbox import archives
from grader.sandbox.files import ImageFiles

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
        read = 0
        try:
            for archive, member in self._members("/"):
                read += member.size if member.isreg() else 0
                if read > MAX_BYTES:
                    raise _too_large(f"more than {show_bytes(MAX_BYTES)}")
                if len(found) == MAX_NODES:
                    raise _too_large(f"more than {MAX_NODES} files and folders")
                found[_path(member.name)] = _known(found, member) or _node(archive, member)
        except (tarfile.TarError, EOFError) as error:
            raise SandboxError("reading an image: the Docker engine broke off in the middle") from error
        return found


def _path(name: str) -> str:
    return f"/{archives.relative(name)}"


def _known(found: dict[str, Node], member: tarfile.TarInfo) -> Node | None:
    """Give what a further name of a file stands for: the first one comes before it, with the content."""
    return found.get(_path(member.linkname)) if member.islnk() else None


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
