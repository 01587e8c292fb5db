"""Read a submission where it lies: a folder, a zip, or a tar."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from grader.core.errors import PolicyError, SandboxError, SubmissionError, UsageError
from grader.core.text import one_line, quoted
from grader.submissions.intake.snapshot import LEFT_OUT, MAX_DEPTH, Caps, Copier, Snapshot, too_large

if TYPE_CHECKING:
    from collections.abc import Callable

_BROKEN: Final = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, UnicodeError,
    gzip.BadGzipFile, ValueError, RuntimeError,
)  # fmt: skip
_OPENERS: Final[dict[bytes, Callable[[IO[bytes]], Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""By the first bytes of a file, which are surer than its name."""


def take(source: Path, into: Path, caps: Caps) -> Snapshot:
    """Copy `source` into the fresh directory `into`.

    Raises UsageError when it isn't there, SubmissionError when it can't be read, PolicyError when it is more than
    `caps` allow or holds what isn't a file, a directory or a link that stays inside.
    """
    into.mkdir(mode=0o700, parents=True)
    copier = Copier(into, caps)
    try:
        if source.is_dir():
            _folder(copier, source)
            return copier.finish()
        if not source.exists():
            raise UsageError(f"there is no submission at {quoted(str(source))}")
        if not source.is_file():
            raise PolicyError(f"{quoted(source.name)} is neither a folder nor an archive")
        _archive(copier, source)
        return _unwrapped(copier.finish())
    except OSError as error:
        raise _explain(error) from error


def _explain(error: OSError) -> SandboxError | SubmissionError | PolicyError:
    name = quoted(Path(os.fsdecode(error.filename)).name) if isinstance(error.filename, str | bytes) else "a file"
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.EIO}:
        return SandboxError(f"the submission could not be copied: {error.strerror}")
    if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
        return PolicyError(f"{name}: {error.strerror}")
    if error.errno == errno.EEXIST:
        return PolicyError(f"{name} stands twice in the submission")
    return SubmissionError(f"{name} can't be read: {error.strerror or one_line(str(error))}")


def _folder(copier: Copier, source: Path) -> None:
    descriptor = os.open(source, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _walk(copier, descriptor, "", 0)
    finally:
        os.close(descriptor)


def _walk(copier: Copier, folder: int, prefix: str, depth: int) -> None:
    """Copy a directory by its descriptor: whatever is swapped meanwhile, no link is ever followed."""
    if depth > MAX_DEPTH:
        raise PolicyError(f"{quoted(prefix)} is nested too deeply")
    with os.scandir(folder) as found:
        names = sorted(entry.name for entry in found)
    for name in names:
        if name in LEFT_OUT:
            continue
        path = f"{prefix}{name}"
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            copier.link(path, os.readlink(name, dir_fd=folder))
        elif stat.S_ISDIR(mode):
            copier.directory(path)
            _descend(copier, folder, name, f"{path}/", depth)
        elif stat.S_ISREG(mode):
            _copy(copier, folder, name, path)
        else:
            raise PolicyError(f"{quoted(path)} is not a regular file", hint="Hand in files and folders only.")


def _descend(copier: Copier, folder: int, name: str, prefix: str, depth: int) -> None:
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    try:
        _walk(copier, inner, prefix, depth + 1)
    finally:
        os.close(inner)


def _copy(copier: Copier, folder: int, name: str, path: str) -> None:
    # O_NONBLOCK: if a FIFO took the file's place meanwhile, opening it doesn't wait for a writer.
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as source:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise PolicyError(f"{quoted(path)} is not a regular file")
        if copier.taken + status.st_size > copier.caps.max_bytes:
            raise too_large(path, copier.caps)
        copier.file(path, source, executable=bool(status.st_mode & 0o111))


def _archive(copier: Copier, source: Path) -> None:
    if source.stat().st_size > copier.caps.max_bytes:
        raise too_large(source.name, copier.caps)
    with source.open("rb") as file:
        head = file.read(6)
        file.seek(0)
        try:
            if head[:2] == b"PK":
                _zip(copier, file)
            else:
                opener = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), None)
                _tar(copier, opener(file) if opener else file)
        except _BROKEN as error:
            raise SubmissionError(
                f"{quoted(source.name)} is not a folder, and not a zip or tar that can be read: {one_line(str(error))}",
                hint="Hand in a folder, a .zip or a .tar.gz.",
            ) from error


def _zip(copier: Copier, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            name = _member_name(member.filename.replace("\\", "/"))
            mode = member.external_attr >> 16
            if name is None:
                continue
            if member.flag_bits & 0x1:
                raise SubmissionError("the archive is encrypted", hint="Make it without a password.")
            if member.is_dir():
                copier.directory(name)
            elif stat.S_ISLNK(mode):
                with archive.open(member) as stream:
                    copier.link(name, os.fsdecode(stream.read(4096)))
            elif stat.S_IFMT(mode) in {0, stat.S_IFREG}:
                with archive.open(member) as stream:
                    copier.file(name, stream, executable=bool(mode & 0o111))
            else:
                raise PolicyError(f"{quoted(name)} is not a regular file")


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


def _tar(copier: Copier, stream: IO[bytes]) -> None:
    with tarfile.open(fileobj=_Bounded(stream, copier.caps), mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            name = _member_name(member.name)
            if name is None:
                continue
            if member.isdir():
                copier.directory(name)
            elif member.issym():
                copier.link(name, member.linkname)
            elif member.isreg() and (content := archive.extractfile(member)) is not None:
                copier.file(name, content, executable=bool(member.mode & 0o111))
            else:
                raise PolicyError(f"{quoted(name)} is not a regular file", hint="Hand in files and folders only.")


def _member_name(raw: str) -> str | None:
    """Bring a member's name to a relative path; None for what isn't taken. Raises PolicyError for one that leaves."""
    if raw.startswith("/") or ".." in raw.split("/") or (len(raw) > 1 and raw[1] == ":"):
        raise PolicyError(f"the archive holds {quoted(raw)}, which leads out of it")
    parts = [part for part in raw.split("/") if part not in {"", "."}]
    return None if not parts or LEFT_OUT.intersection(parts) else "/".join(parts)


def _unwrapped(snapshot: Snapshot) -> Snapshot:
    """Look into an archive that holds a single folder, as most do."""
    found = list(snapshot.root.iterdir())
    if len(found) != 1 or not found[0].is_dir() or found[0].is_symlink():
        return snapshot
    inner = found[0]
    moved = snapshot.root.with_name(f"{snapshot.root.name}-unwrapped")
    inner.rename(moved)
    shutil.rmtree(snapshot.root)
    moved.rename(snapshot.root)
    return Snapshot(
        snapshot.root,
        snapshot.digest,
        snapshot.files,
        snapshot.bytes,
        (*snapshot.notes, f"taken from the folder {quoted(inner.name)} of the archive"),
    )
