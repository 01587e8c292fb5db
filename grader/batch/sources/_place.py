"""A folder with many students' work, as one listing of it tells; nothing that lies in it is followed or opened."""

from __future__ import annotations

import itertools
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from grader.core.errors import SandboxError, UsageError
from grader.core.text import quoted

MAX_ENTRIES: Final = 100_000
"""Entries of one source."""
MAX_WALKED: Final = 20_000
"""Files of one hand-in whose times are looked at."""
_MAX_DEPTH: Final = 40
_SYSTEMS: Final = frozenset(
    {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "$recycle.bin", "system volume information",
     "@eadir", "lost+found"}
)  # fmt: skip
"""What operating systems leave in folders; so they do what begins with a dot."""
_TABLES: Final = (".csv", ".tsv", ".xls", ".xlsx", ".ods")
_OURS: Final = frozenset({"course.yaml", "course.yml", "readme.md", "readme.txt", "readme"})
PACKED: Final = (
    ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".txz", ".tbz", ".zip", ".tar", ".7z", ".rar",
)  # fmt: skip
"""Endings of archives."""
_ENDINGS: Final = frozenset(
    {".txt", ".md", ".markdown", ".sh", ".bash", ".zsh", ".yml", ".yaml", ".dockerfile", ".html", ".pdf", ".docx",
     ".ps1", ".bat", ".cmd", ".patch", ".diff", ".bundle"}
)  # fmt: skip
"""Endings of a student's single file, which are no part of the student's name."""
_WORK: Final = frozenset(
    {"dockerfile", "containerfile", "compose.yml", "compose.yaml", "docker-compose.yml", "docker-compose.yaml",
     "commands.sh", "commands.md", "commands.txt", "package.json", "requirements.txt", "pom.xml", "go.mod", "makefile",
     ".dockerignore", "docker-compose"}
)  # fmt: skip
# `part1`, `exercise_07`, `ex1-02`, `1.7`, `1.07-image-for-script`: a bare number may be a student's.
_NUMBERED: Final = re.compile(
    r"(?:(?:part|chapter|week|exercise|ex|task|assignment|osa)[ _.-]?\d{1,2}(?!\d).*|\d{1,2}\.\d{1,2}(?!\d).*)",
    re.IGNORECASE,
)

Kind = Literal["folder", "file", "link", "other"]


class Entry(NamedTuple):
    """One thing that lies in a source."""

    name: str
    path: Path
    kind: Kind
    modified: float = 0.0

    @property
    def stem(self) -> str:
        """The name without the ending that a file or an archive has."""
        return self.name if self.kind == "folder" else stem(self.name)


class Place(NamedTuple):
    """A source that is a folder, or has become one."""

    label: str
    """What the source is called."""
    root: Path
    entries: tuple[Entry, ...] = ()
    """All that may be a student's, by name."""
    aside: tuple[str, ...] = ()
    """Tables, and files about the course, that lie there too."""
    hidden: frozenset[str] = frozenset()
    packed: bool = False
    """Whether it comes out of an archive."""


def stem(name: str) -> str:
    """Take the ending off a file's name, where it is one that says what is in it."""
    lower = name.lower()
    packed = next((ending for ending in PACKED if lower.endswith(ending)), None)
    if packed is not None:
        return name[: -len(packed)] or name
    return Path(name).stem if Path(lower).suffix in _ENDINGS else name


def listing(root: Path, label: str, *, packed: bool = False) -> Place:
    """List a folder once. Raises UsageError when it has too many entries, SandboxError when it can't be read."""
    try:
        with os.scandir(root) as found:
            entries = [_entry(one) for one in itertools.islice(found, MAX_ENTRIES + 1)]
    except OSError as error:
        raise SandboxError(f"{quoted(label)} can't be read: {error.strerror}") from error
    if len(entries) > MAX_ENTRIES:
        raise UsageError(f"{quoted(label)} has more than {MAX_ENTRIES} entries", hint="Give a part of them at a time.")
    entries.sort(key=lambda entry: entry.name)
    shown = [entry for entry in entries if not _of_system(entry.name)]
    aside = [entry for entry in shown if entry.kind == "file" and _aside(entry.name)]
    return Place(
        label,
        root,
        tuple(entry for entry in shown if not (entry.kind == "file" and _aside(entry.name))),
        tuple(entry.name for entry in aside),
        frozenset(entry.name for entry in entries if _of_system(entry.name)),
        packed,
    )


def _entry(one: os.DirEntry[str]) -> Entry:
    path = Path(one.path)
    if one.is_symlink():
        return Entry(one.name, path, "link")
    if one.is_dir(follow_symlinks=False):
        return Entry(one.name, path, "folder")
    if not one.is_file(follow_symlinks=False):
        return Entry(one.name, path, "other")
    return Entry(one.name, path, "file", one.stat(follow_symlinks=False).st_mtime)


def _of_system(name: str) -> bool:
    return name.startswith(".") or name.lower() in _SYSTEMS


def _aside(name: str) -> bool:
    return name.lower().endswith(_TABLES) or name.lower() in _OURS


def one_hand_in(place: Place, *, sure: bool = False) -> str | None:
    """Name what shows that a folder is the work of one student, and not of many; with `sure`, without guessing."""
    names = {entry.name.lower(): entry.name for entry in place.entries if entry.kind == "file"}
    telling = sorted(_WORK & {*names, *place.hidden})
    if telling:
        return f"it holds {quoted(names.get(telling[0], telling[0]))}"
    if sure:
        return None
    folders = [entry.name for entry in place.entries if entry.kind == "folder"]
    if folders and all(_NUMBERED.fullmatch(name) for name in folders):
        return f"its folders are named like exercises: {', '.join(quoted(name, 30) for name in folders[:3])}"
    return "it is a git repository with files" if ".git" in place.hidden and (names or place.aside) else None


def newest(path: Path) -> datetime | None:
    """Say when the newest file of a hand-in was changed last, as far as its files say; None where there is none."""
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode):
        return moment(status.st_mtime) if stat.S_ISREG(status.st_mode) else None
    latest: float | None = None
    left, waiting = MAX_WALKED, [(os.fspath(path), 0)]
    while waiting and left > 0:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as found:
                for one in itertools.islice(found, left):
                    left -= 1
                    if _of_system(one.name) and one.name != ".dockerignore":
                        continue
                    if one.is_dir(follow_symlinks=False):
                        if depth < _MAX_DEPTH:
                            waiting.append((one.path, depth + 1))
                    elif one.is_file(follow_symlinks=False):
                        latest = max(latest or 0.0, one.stat(follow_symlinks=False).st_mtime)
        except OSError:
            continue  # grading says what can't be read
    return moment(latest) if latest is not None else None


def moment(seconds: float) -> datetime | None:
    """Give a time in UTC; None for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
