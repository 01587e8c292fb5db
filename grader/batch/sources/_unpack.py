"""An archive with the work of a whole class is unpacked; what each student packed stays packed."""

from __future__ import annotations

import contextlib
import os
import tarfile
import time
import zipfile
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch.sources import _commits
from grader.batch.sources._place import PACKED, listing, one_hand_in
from grader.core.errors import PolicyError, SandboxError, SubmissionError, UsageError
from grader.core.quantities import show_bytes
from grader.core.text import quoted
from grader.submissions.intake import Caps
from grader.submissions.intake.archives import member_name, unpack
from grader.submissions.intake.snapshot import Copier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.batch.sources._place import Place

CAPS: Final = Caps(max_bytes=4 * 1024**3, max_files=200_000)
"""What all hand-ins of a class may have together."""
_HINT: Final = "Unpack it yourself, and give the folder."


class Unpacked(NamedTuple):
    """What an archive held."""

    place: Place
    notes: tuple[str, ...] = ()


class _Class(Copier):
    """Keeps links as they are: one student's link out is that student's problem, which grading tells."""

    __slots__ = ()

    def link(self, name: str, target: str) -> None:
        self._count()
        self.links[name] = target.replace("\0", "") or "."

    def settle(self) -> None:
        """Make the links, last of all, so that nothing was written through one."""
        for name, target in self.links.items():
            path = self._path(name, link=True)
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                path.symlink_to(target)


def unpacked(source: Path, label: str, into: Path, caps: Caps = CAPS) -> Unpacked:
    """Unpack an archive into the fresh folder `into`, and list what is in it.

    Raises UsageError when it can't be unpacked as it is, and SandboxError when this machine is to blame.
    """
    copier = _Class(into, caps)
    try:
        into.mkdir(mode=0o700, parents=True)
        with source.open("rb") as file:
            unpack(copier, file, label)
        copier.settle()
    except (PolicyError, SubmissionError) as error:
        raise UsageError(f"{quoted(label)} can't be unpacked: {_said(error.message, caps)}", hint=_HINT) from error
    except OSError as error:
        raise SandboxError(f"{quoted(label)} can't be unpacked here: {error.strerror}") from error
    zoneless, history = _dated(source, into)
    notes = []
    if zoneless:
        notes.append("times in it have no time zone, and are taken as this machine's")
    if history:
        notes.append("git histories are not unpacked: give the folder of clones itself to have the times of commits")
    return Unpacked(_inner(listing(into, label, packed=True), label), tuple(notes))


def _said(message: str, caps: Caps) -> str:
    # The limits' own words are for one submission.
    if "larger than" in message:
        return f"it holds more than {show_bytes(caps.max_bytes)}"
    return f"it has more than {caps.max_files} files" if "more than" in message and "files" in message else message


def _inner(place: Place, label: str) -> Place:
    """Look into the folder that a whole class is packed in; a folder that may be one student's stays one."""
    while len(place.entries) == 1 and place.entries[0].kind == "folder":
        only = place.entries[0]
        inner = listing(only.path, label, packed=True)
        packed_so = label.lower().startswith(only.name.lower()) and label.lower().endswith(PACKED)
        if _is_one(only.name, inner) or not (packed_so or len(inner.entries) > 1):
            break
        place = inner
    return place


def _is_one(name: str, inner: Place) -> bool:
    return "_assignsubmission_" in name or _commits.has_git(inner.root) or one_hand_in(inner) is not None


def _dated(source: Path, into: Path) -> tuple[bool, bool]:
    """Give the files the times they have in the archive; say if those have no zone, and if there was a `.git`."""
    zoneless = zipfile.is_zipfile(source)
    history = False
    # Every byte of it has been read once with the limits that hold for it.
    with contextlib.suppress(OSError, tarfile.TarError, zipfile.BadZipFile, PolicyError, EOFError):
        for raw, seconds in _zip_times(source) if zoneless else _tar_times(source):
            history = history or ".git" in raw.split("/")
            name = member_name(raw)
            if name is not None and seconds is not None:
                with contextlib.suppress(OSError, OverflowError, ValueError):
                    os.utime(into / name, (seconds, seconds), follow_symlinks=False)
    return zoneless, history


def _zip_times(source: Path) -> Iterator[tuple[str, float | None]]:
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            seconds = None
            with contextlib.suppress(OverflowError, ValueError):
                seconds = time.mktime((*member.date_time, 0, 0, -1))
            yield member.filename.replace("\\", "/"), seconds


def _tar_times(source: Path) -> Iterator[tuple[str, float | None]]:
    with tarfile.open(source, "r:*") as archive:
        for member in archive:
            yield member.name, float(member.mtime)
