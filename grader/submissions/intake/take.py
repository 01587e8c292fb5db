"""Read a submission where it lies: a folder, a zip, a tar, or a single file of text."""

from __future__ import annotations

import errno
import itertools
import os
import stat
from pathlib import Path
from typing import Final

from grader.core.errors import PolicyError, SandboxError, SubmissionError, UsageError
from grader.core.text import one_line, quoted
from grader.submissions.intake.archives import is_archive, unpack
from grader.submissions.intake.snapshot import LEFT_OUT, MAX_DEPTH, Caps, Copier, Snapshot, too_large

_OURS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.EIO})
"""Errors that are never a submission's doing."""


def take(source: Path, into: Path, caps: Caps) -> Snapshot:
    """Copy `source` into the fresh directory `into`.

    Raises UsageError when it isn't there, SubmissionError when it can't be read, PolicyError when it is more than
    `caps` allow or holds what isn't a file, a directory or a link that stays inside.
    """
    copier = Copier(into, caps)
    try:
        into.mkdir(mode=0o700, parents=True)
        if source.is_dir():
            _folder(copier, source)
            return copier.finish()
        if not source.exists():
            raise UsageError(f"there is no submission at {quoted(str(source))}")
        if not source.is_file():
            raise PolicyError(f"{quoted(source.name)} is neither a folder nor an archive")
        _archive(copier, source)
        return copier.finish(unwrap=True)
    except OSError as error:
        raise _explain(error) from error


def _explain(error: OSError) -> SandboxError | SubmissionError | PolicyError:
    name = quoted(Path(os.fsdecode(error.filename)).name) if isinstance(error.filename, str | bytes) else "a file"
    if error.errno in _OURS:
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
        most = copier.caps.max_files + len(LEFT_OUT) + 1
        names = sorted(entry.name for entry in itertools.islice(found, most))
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
        if is_archive(file):
            unpack(copier, file, source.name)
        else:  # a Dockerfile, or a file of commands, by itself
            copier.file(source.name, file, executable=os.access(source, os.X_OK))
