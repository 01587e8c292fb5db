"""Archives of files as the engine sends them: read as a stream, within limits, and never unpacked."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING, Final

from grader.core.clock import remaining
from grader.core.facts import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

MAX_CONTENT: Final = 1024 * 1024
"""Bytes of one file that are kept, where nothing else is said."""
_BUFFER: Final = 256 * 1024
"""Bytes that are asked of a stream at once."""
_KINDS: Final = {
    tarfile.DIRTYPE: 0o040000,
    tarfile.SYMTYPE: 0o120000,
    tarfile.FIFOTYPE: 0o010000,
    tarfile.CHRTYPE: 0o020000,
    tarfile.BLKTYPE: 0o060000,
}
_FILE: Final = 0o100000


class Pieces:
    """A stream of chunks as a file for tarfile, read no further than `limit` bytes."""

    def __init__(self, chunks: Iterator[bytes], limit: int | None = None) -> None:
        self._chunks = chunks
        self._left = limit
        self._buffer = bytearray()

    def read(self, size: int) -> bytes:
        """Give `size` bytes, or fewer at the end. Raises TimedOut at the deadline."""
        while len(self._buffer) < size and (self._left is None or self._left > 0):
            remaining(60)
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            if self._left is not None:
                self._left -= len(chunk)
            self._buffer += chunk
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece


def read(stream: Pieces | IO[bytes]) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Give the members of an archive one after the other; raises tarfile.TarError or EOFError where it is cut."""
    with tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER) as archive:  # type: ignore[call-overload]
        while (member := archive.next()) is not None:
            yield archive, member
            archive.members.clear()  # it would remember every one of them


def relative(name: str) -> str:
    """Give a member's name without its first part, which is the name of what was asked for."""
    return text(name.rstrip("/").partition("/")[2])


def text(name: str) -> str:
    """Make a name that is no UTF-8 one that can be kept and compared."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def entry(archive: tarfile.TarFile, member: tarfile.TarInfo, path: str, keep: int = MAX_CONTENT) -> Entry:
    """Turn a member into facts, with the first `keep` bytes of a file. Raises tarfile.ReadError where it is cut."""
    content = None
    if member.isreg():
        stream = archive.extractfile(member) if keep else None
        content = stream.read(keep) if stream is not None else b""
        if len(content) < min(member.size, keep):
            raise tarfile.ReadError("cut")
    return Entry(
        path=path,
        mode=_KINDS.get(member.type, _FILE) | member.mode,
        size=member.size,
        uid=member.uid,
        gid=member.gid,
        link=text(member.linkname) if member.issym() else None,
        content=content,
        truncated=member.isreg() and member.size > keep,
    )
