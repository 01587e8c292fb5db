"""Read a zip or a tar without trusting anything that it says about itself."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any, Final

from grader.core.errors import PolicyError, SubmissionError
from grader.core.text import one_line, quoted
from grader.submissions.intake.snapshot import LEFT_OUT, too_large

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.submissions.intake.snapshot import Caps, Copier

# MemoryError: a compressed stream may demand a dictionary of gigabytes.
_BROKEN: Final = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, MemoryError,
    gzip.BadGzipFile, ValueError, RuntimeError,
)  # fmt: skip
_HEAD: Final = 4096
"""Bytes in which something that isn't text shows; a tar's first header has 512, filled up with zeros."""
_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OPENERS: Final[dict[bytes, Callable[[IO[bytes]], Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""By the first bytes of a file, which are surer than its name."""
_HEADERS: Final = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)
MAX_HEADER: Final = 16 * 1024
"""Bytes of one header that extends a member's; names and links have a few hundred."""
MAX_GLOBAL: Final = 64
"""Fields that may hold for all members of a tar: each is copied for each member."""


def is_archive(file: IO[bytes]) -> bool:
    """Whether a file is to be unpacked: whatever is not plain text."""
    head = file.read(_HEAD)
    file.seek(0)
    return b"\0" in head or head.startswith((*_ZIPS, *_OPENERS)) or not head


def unpack(copier: Copier, file: IO[bytes], name: str) -> None:
    """Copy everything that an archive holds. Raises SubmissionError if it can't be read."""
    head = file.read(6)
    file.seek(0)
    try:
        if head.startswith(_ZIPS):
            _zip(copier, file)
        else:
            opener = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), None)
            _tar(copier, opener(file) if opener else file)
    except _BROKEN as error:
        raise SubmissionError(
            f"{quoted(name)} is not a folder, and not a zip or tar that can be read: {one_line(str(error))}",
            hint="Hand in a folder, a .zip, a .tar.gz or a single file of text.",
        ) from error


def _zip(copier: Copier, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            written = member.filename.replace("\\", "/")
            name = member_name(written)
            mode = member.external_attr >> 16
            if name is None:
                continue
            if member.flag_bits & 0x1:
                raise SubmissionError("the archive is encrypted", hint="Make it without a password.")
            if written.endswith("/"):
                copier.directory(name)
            elif stat.S_ISLNK(mode):
                with archive.open(member) as stream:
                    copier.link(name, os.fsdecode(stream.read(4096)))
            elif stat.S_IFMT(mode) in {0, stat.S_IFREG}:
                with archive.open(member) as stream:
                    copier.file(name, stream, executable=bool(mode & 0o111))
            else:
                raise _not_regular(name)


class _Bounded:
    """What a decompressor gives, up to a limit: headers inside a tar may claim any size."""

    def __init__(self, stream: IO[bytes], caps: Caps) -> None:
        self._stream = stream
        self._caps = caps
        # Every file takes up to two blocks besides its content.
        self._left = 2 * caps.max_bytes + 1024 * caps.max_files

    def read(self, size: int) -> bytes:
        pieces = []
        while size > 0 and (piece := self._stream.read(min(size, 65536))):
            self._left -= len(piece)
            if self._left < 0:
                raise too_large("the archive", self._caps)
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


class _Member(tarfile.TarInfo):
    """A member of a tar whose headers are small, plain and complete."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Member:
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise  # the mark at the end of every complete archive
        except tarfile.HeaderError as error:
            # The library takes what comes before as the whole archive.
            raise tarfile.ReadError(f"cut off or damaged ({error})") from error

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        """Read what a member's type asks for; the library's own place to add to."""
        if self.type in _HEADERS and self.size > MAX_HEADER:
            raise PolicyError("the archive has a header of improbable length", hint="Make it anew, with tar or zip.")
        if self.type == tarfile.GNUTYPE_SPARSE:
            raise _not_regular(self.name)
        if len(archive.pax_headers) > MAX_GLOBAL:
            raise PolicyError("the archive has too many headers", hint="Make it anew, with tar or zip.")
        member: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return member

    def _proc_gnusparse_10(self, *_: object) -> None:
        # Its map is read without a limit, and long before the file's size is looked at.
        raise _not_regular(self.name)


def _tar(copier: Copier, stream: IO[bytes]) -> None:
    with tarfile.open(fileobj=_Bounded(stream, copier.caps), mode="r|", tarinfo=_Member) as archive:  # type: ignore[call-overload]
        for member in archive:
            name = member_name(member.name)
            if name is None:
                continue
            if member.isdir():
                copier.directory(name)
            elif member.issym():
                copier.link(name, member.linkname)
            elif member.isreg() and not member.issparse() and (content := archive.extractfile(member)) is not None:
                copier.file(name, content, executable=bool(member.mode & 0o111))
            else:
                raise _not_regular(name)


def member_name(raw: str) -> str | None:
    """Bring a member's name to a relative path; None for what isn't taken. Raises PolicyError for one that leaves."""
    if raw.startswith("/") or ".." in raw.split("/") or (len(raw) > 1 and raw[1] == ":"):
        raise PolicyError(f"the archive holds {quoted(raw)}, which leads out of it")
    parts = [part for part in raw.split("/") if part not in {"", "."}]
    return None if not parts or LEFT_OUT.intersection(parts) else "/".join(parts)


def _not_regular(name: str) -> PolicyError:
    return PolicyError(f"{quoted(name)} is not a regular file", hint="Hand in files and folders only.")
