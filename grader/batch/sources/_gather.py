"""Several files that one student uploaded to a learning platform become one hand-in."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch.sources._page import plain
from grader.batch.sources._place import PACKED, stem
from grader.core.errors import PolicyError, SandboxError, SubmissionError
from grader.core.text import one_line, quoted
from grader.submissions.intake import Caps, take

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MAX_PAGE: Final = 2 * 1024 * 1024
_CAPS: Final = Caps(max_bytes=64 * 1024 * 1024)
"""What an archive beside other files may hold: grading, which knows the exercise's own limits, looks again."""
_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_USTAR: Final = slice(257, 262)
TEXT: Final = "answer.txt"
"""What the text of a page is kept as: a name that exercises with commands look for."""


class Piece(NamedTuple):
    """One uploaded file."""

    path: Path
    name: str
    """As the student's file was called."""
    page: bool = False
    """Whether the platform made it, from what was typed into its own editor."""


class Gathered(NamedTuple):
    """One hand-in."""

    path: Path
    notes: tuple[str, ...] = ()


def gather(pieces: Sequence[Piece], into: Path) -> Gathered:
    """Give one archive as it is; lay everything else out in the fresh folder `into`, by the files' own names."""
    archives = [piece for piece in pieces if not piece.page and _is_packed(piece)]
    if len(archives) == 1 == len(pieces):
        return Gathered(pieces[0].path)
    notes = []
    try:
        if len(archives) == 1:
            take(archives[0].path, into, _CAPS)
            notes.append(f"{quoted(archives[0].name)} was unpacked beside the other files")
        else:
            into.mkdir(mode=0o700, parents=True)
            for archive in archives:
                take(archive.path, _free(into, stem(archive.name)), _CAPS)
                notes.append(f"{quoted(archive.name)} was unpacked into a folder of its own")
    except (PolicyError, SubmissionError) as error:
        # Alone it gets the verdict that it would get without the other files.
        shutil.rmtree(into, ignore_errors=True)
        others = ", ".join(quoted(piece.name, 40) for piece in pieces if piece is not archives[0])
        return Gathered(
            archives[0].path, (f"not looked at, as an archive can't be unpacked ({one_line(error.message)}): {others}",)
        )
    for piece in pieces:
        if piece not in archives:
            notes += _lay(piece, into)
    return Gathered(into, tuple(notes))


def _is_packed(piece: Piece) -> bool:
    """Whether a file is to be unpacked: a name with another ending says that it isn't, whatever its bytes are."""
    name = piece.name.lower()
    return name.endswith(PACKED) or ("." not in name and starts_packed(piece.path))


def starts_packed(path: Path) -> bool:
    """Whether a file begins as archives do; nothing but a regular file is looked into."""
    try:
        # O_NONBLOCK: opening a FIFO would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            head = file.read(512) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return False
    return head.startswith(_MAGIC) or head[_USTAR] == b"ustar"


def _lay(piece: Piece, into: Path) -> list[str]:
    target = _free(into, piece.name)
    copy(piece.path, target)
    notes = [] if target.name == piece.name else [f"{quoted(piece.name)} is kept as {quoted(target.name)}"]
    if piece.page:
        with target.open("rb") as file:
            text = plain(file.read(_MAX_PAGE).decode("utf-8", "replace"))
        kept = _free(into, TEXT)
        kept.write_text(text, encoding="utf-8")
        notes.append(f"the text typed into the platform is kept as {quoted(kept.name)}")
    return notes


def _free(into: Path, name: str) -> Path:
    """Give a path for a name, or for one much like it where the name is taken or can't be one."""
    safe = name if name not in {"", ".", ".."} and "/" not in name and "\0" not in name else "file"
    path, number = into / safe, 1
    while os.path.lexists(path):
        number += 1
        path = into / f"{number}-{safe[:200]}"
    return path


def copy(source: Path, target: Path) -> None:
    """Put a file under another name, without a copy of its bytes where that can be. Raises SandboxError."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EACCES, errno.ENOTSUP, errno.ENOSYS}:
            raise SandboxError(f"{quoted(source.name)} can't be copied: {error.strerror}") from error
        _copied(source, target)


def _copied(source: Path, target: Path) -> None:
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file, target.open("xb") as made:
            shutil.copyfileobj(file, made)
            status = os.fstat(descriptor)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    except OSError as error:
        raise SandboxError(f"{quoted(source.name)} can't be copied: {error.strerror}") from error
