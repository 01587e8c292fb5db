"""A private copy of a submission: regular files, directories, and links that stay inside."""

from __future__ import annotations

import hashlib
import os
import posixpath
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from grader.core.errors import PolicyError
from grader.core.quantities import show_bytes
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH: Final = 40
MAX_NAME: Final = 255
_CHUNK: Final = 256 * 1024
UNWRAPPED: Final = "taken from the folder"
"""How the note begins that says how an archive was packed, and nothing of the work in it."""
LEFT_OUT: Final = frozenset({".git", ".hg", ".svn", "__MACOSX", ".DS_Store"})
"""Names that are never taken: histories with hooks and credentials, and what macOS adds to archives."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How much a submission may hold."""

    max_bytes: int = 10 * 1024 * 1024
    max_files: int = 5_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A submission as it was taken."""

    root: Path
    digest: str
    """`sha256:` over names, executable bits, links and contents, in order; the same for a folder and its archive."""
    files: int
    bytes: int
    notes: tuple[str, ...] = ()
    """What a person may want to know about the taking."""


@dataclass(slots=True)
class Copier:
    """Writes a snapshot; every name, link and byte goes through here."""

    root: Path
    caps: Caps
    files: int = 0
    taken: int = 0
    """Bytes so far."""
    links: dict[str, str] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)
    _hashes: dict[str, str] = field(default_factory=dict)

    def directory(self, name: str) -> None:
        """Make a directory and those above it."""
        self._count()
        self._path(name).mkdir(mode=0o755, parents=True, exist_ok=True)
        self._folders.add(name)

    def file(self, name: str, source: IO[bytes], *, executable: bool) -> None:
        """Write a regular file, reading no more than the cap leaves room for."""
        self._count()
        path = self._path(name)
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with path.open("xb") as target:
            while chunk := source.read(_CHUNK):
                self.taken += len(chunk)
                if self.taken > self.caps.max_bytes:
                    raise too_large(name, self.caps)
                digest.update(chunk)
                target.write(chunk)
        # Modes are normalised: no set-user-id bits, nothing unreadable.
        path.chmod(0o755 if executable else 0o644)
        self._hashes[name] = f"{'x' if executable else '-'}:{digest.hexdigest()}"

    def link(self, name: str, target: str) -> None:
        """Keep a symbolic link, if it is relative and stays inside. Raises PolicyError otherwise."""
        self._count()
        if "\0" in target:
            raise PolicyError(f"{quoted(name)} is a link to no name at all")
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        if target.startswith("/") or inside == ".." or inside.startswith("../"):
            # The text of the target stays out of the message: it could name what a student may not learn about.
            raise PolicyError(
                f"{quoted(name)} is a link that leads out of the submission",
                hint="Hand in the file itself instead of a link to it.",
            )
        self.links[name] = target

    def finish(self, *, unwrap: bool = False) -> Snapshot:
        """Make the links, make sure once more that none leaves, and compute the digest.

        With `unwrap`, what stands in a single folder, as in most archives, is taken out of it.
        """
        wrapper = self._wrapper() if unwrap else None
        if wrapper is not None:
            self._unwrap(wrapper)
        for name, target in self.links.items():
            path = self._path(name, link=True)
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            path.symlink_to(target)
            self._hashes[name] = f"l:{hashlib.sha256(os.fsencode(target)).hexdigest()}"
        for name in self.links:
            self._follow(name)
        notes = [f"{UNWRAPPED} {quoted(wrapper)} of the archive"] if wrapper is not None else []
        notes += self._same_but_for_case()
        return Snapshot(self.root, self._digest(), len(self._hashes), self.taken, tuple(notes))

    def _wrapper(self) -> str | None:
        tops = {name.partition("/")[0] for name in (*self._hashes, *self.links, *self._folders)}
        only = tops.pop() if len(tops) == 1 else None
        return only if only is not None and (self.root / only).is_dir() else None

    def _unwrap(self, wrapper: str) -> None:
        moved = self.root.with_name(f"{self.root.name}-unwrapped")
        (self.root / wrapper).rename(moved)
        self.root.rmdir()
        moved.rename(self.root)
        self.root.chmod(0o700)
        prefix = f"{wrapper}/"
        self._hashes = {name.removeprefix(prefix): value for name, value in self._hashes.items()}
        self.links = {name.removeprefix(prefix): target for name, target in self.links.items()}
        self._folders = {name.removeprefix(prefix) for name in self._folders - {wrapper}}

    def _follow(self, name: str) -> None:
        # A chain of links that are harmless one by one may leave together.
        path = os.path.realpath(self.root / name)
        if not Path(path).is_relative_to(os.path.realpath(self.root)):
            raise PolicyError(f"{quoted(name)} is a link that leads out of the submission")
        try:
            (self.root / name).stat()
        except FileNotFoundError:
            return  # it may lead to one of the author's files, which come later
        except OSError as error:
            raise PolicyError(f"{quoted(name)} is a link that leads nowhere: {error.strerror}") from None

    def _digest(self) -> str:
        # An archive may leave out the folders that its names imply.
        above = {str(folder) for name in self._hashes for folder in PurePosixPath(name).parents}
        entries = {**dict.fromkeys((self._folders | above) - {"."}, "d:"), **self._hashes}
        digest = hashlib.sha256()
        for name in sorted(entries):
            digest.update(os.fsencode(name) + b"\0" + entries[name].encode() + b"\0")
        return f"sha256:{digest.hexdigest()}"

    def _same_but_for_case(self) -> Iterator[str]:
        seen: dict[str, str] = {}
        for name in sorted(self._hashes):
            other = seen.setdefault(name.casefold(), name)
            if other != name:
                yield f"{quoted(other)} and {quoted(name)} differ only in upper and lower case"

    def _path(self, name: str, *, link: bool = False) -> Path:
        parts = name.split("/")
        if not name or any(part in {"", ".", ".."} or "\0" in part for part in parts):
            raise PolicyError(f"{quoted(name)} is not a name inside the submission")
        if len(parts) > MAX_DEPTH or any(len(os.fsencode(part)) > MAX_NAME for part in parts):
            raise PolicyError(f"{quoted(name)} is nested too deeply or too long a name")
        path = self.root.joinpath(*parts)
        # Links are made last, so nothing can be written through one; an archive that says otherwise is refused.
        above = {"/".join(parts[:end]) for end in range(1, len(parts))}
        if not above.isdisjoint(self.links) or (name in self.links and not link):
            raise PolicyError(f"{quoted(name)} stands twice in the submission")
        return path

    def _count(self) -> None:
        self.files += 1
        if self.files > self.caps.max_files:
            raise PolicyError(
                f"the submission has more than {self.caps.max_files} files",
                hint="Leave out what can be made again, for example node_modules.",
            )


def too_large(name: str, caps: Caps) -> PolicyError:
    """Say that a submission has more bytes than it may."""
    return PolicyError(
        f"the submission is larger than {show_bytes(caps.max_bytes)} (the limit was passed at {quoted(name)})",
        hint="Hand in only what the exercise asks for: no images, videos, archives or node_modules.",
    )
