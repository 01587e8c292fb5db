"""Taking hand-ins in: a snapshot of each, by its digest, so that what is graded is what was there at the start."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from grader.core.errors import PolicyError, SandboxError, SubmissionError, UsageError
from grader.core.text import quoted
from grader.submissions.intake import Caps, take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_EPOCH = 0


class Taken(NamedTuple):
    """One hand-in as it was taken in."""

    digest: str
    notes: tuple[str, ...] = ()
    snapshot: bytes | None = None
    """A `.tar.gz` of it; None: it is known already, or could not be taken."""
    files: int = 0
    bytes: int = 0
    whole: bool = True
    """False: it could not be taken, for a reason that is the student's; grading says which."""


def taken(source: Path, caps: Caps, scratch: Path, is_known: Callable[[str], bool]) -> Taken:
    """Take a submission in; its snapshot is made unless there is one of its digest.

    Raises SandboxError when this machine is to blame, and UsageError when it is gone.
    """
    into = scratch / "taking"
    try:
        found = take(source, into, caps)
        data = None if is_known(found.digest) else pack(into)
        return Taken(found.digest, found.notes, data, found.files, found.bytes)
    except UsageError:
        raise
    except (PolicyError, SubmissionError):
        try:
            return Taken(_raw_digest(source, caps), whole=False)
        except OSError as error:
            raise SandboxError(f"{quoted(source.name)} can't be read: {error.strerror}") from error
    finally:
        shutil.rmtree(into, ignore_errors=True)


def pack(root: Path) -> bytes:
    """Give a folder as `.tar.gz`, the same bytes for the same files."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=6) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        archive.add(root, arcname=".", filter=_plain)
    return buffer.getvalue()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = _EPOCH
    return member


def unpack(snapshot: Path, into: Path) -> None:
    """Lay a snapshot out in a new folder."""
    into.mkdir(mode=0o700)
    with tarfile.open(snapshot, "r:gz") as archive:
        archive.extractall(into, filter="data")


def _raw_digest(source: Path, caps: Caps) -> str:
    """Digest what can't be taken, as far as it can be told without following or unpacking anything."""
    digest = hashlib.sha256(b"raw\0")
    if source.is_file():
        with source.open("rb") as file:
            digest.update(file.read(caps.max_bytes + 1))
            digest.update(str(os.fstat(file.fileno()).st_size).encode())
    else:
        digest.update(os.fsencode(source.name))
        for number, (folder, folders, files) in enumerate(os.walk(source)):
            folders.sort()
            if number > caps.max_files:
                break
            for name in sorted(files)[: caps.max_files]:
                status = os.lstat(os.path.join(folder, name))  # noqa: PTH118 - names of any bytes
                digest.update(f"{os.path.relpath(folder, source)}/{name}".encode("utf-8", "surrogateescape"))
                digest.update(f"\0{status.st_mode}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return f"raw-sha256:{digest.hexdigest()}"
