"""Everything below a folder that patterns match, gathered from one archive of the folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from grader.core.errors import Failure
from grader.core.globs import Glob, covers
from grader.sandbox import archives

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from grader.core.facts import Entry

MAX_ENTRIES: Final = 50_000
"""Paths that may match one pattern."""
MAX_KEPT: Final = 32 * 1024 * 1024
"""Bytes of files that are kept for one pattern."""
_MAX_SIZES: Final = 100_000
"""Files whose size is remembered, for second names of them that follow."""
_NOT_THE_IMAGES: Final = ("/.dockerenv", "/dev", "/proc", "/sys")
"""What the engine adds to every container, or mounts over."""
_PREPARED: Final = frozenset({"/etc/hostname", "/etc/hosts", "/etc/resolv.conf"})
"""Files that the engine puts into a container that never ran, empty, where the image has none."""
Result: TypeAlias = "tuple[Entry, ...] | Failure"
"""What a pass finds for one pattern, by path; or why that can't be told."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A pattern that will be asked for, with how many bytes of each file."""

    pattern: str
    keep: int = 0

    @property
    def root(self) -> str:
        """The folder that has to be read for it."""
        return Glob(self.pattern).root


class Harvest:
    """What one pass through a folder finds for several wishes."""

    def __init__(self, root: str, wishes: Collection[Wish]) -> None:
        self._root = root
        self._beds = {wish: _Bed(wish) for wish in wishes}
        self._sizes: dict[str, int] = {}
        self.linked: dict[str, list[tuple[_Bed, int]]] = {}
        """Second names of files, whose content the archive has not: each with the places where it is missing."""

    def add(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """Take a member, if any wish is for it."""
        inner = archives.relative(member.name)
        path = f"{self._root.rstrip('/')}/{inner}" if inner else self._root
        if _added_by_engine(path, member):
            return
        if member.issym() and inner:
            for bed in self._beds.values():
                bed.astray = bed.astray or covers(path, bed.glob.root)
        if member.isreg() and member.size and len(self._sizes) < _MAX_SIZES:
            self._sizes[inner] = member.size
        beds = [bed for bed in self._beds.values() if bed.refused is None and bed.glob.matches(path)]
        if beds:
            self._take(archive, member, path, beds)

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str, beds: Collection[_Bed]) -> None:
        entry = archives.entry(archive, member, path, max(bed.wish.keep for bed in beds))
        if member.islnk():
            entry = replace(entry, size=self._sizes.get(archives.relative(member.linkname), 0))
        for bed in beds:
            if member.islnk() and bed.wish.keep:
                self.linked.setdefault(path, []).append((bed, len(bed.entries)))
            bed.put(entry)

    def complete(self, path: str, entry: Entry) -> None:
        """Put a file in its place, which was read by itself."""
        for bed, place in self.linked[path]:
            bed.put(entry, place)

    def results(self) -> Iterator[tuple[Wish, Result]]:
        """Give what was found for each wish, sorted by path, or why that can't be told; nothing for those astray."""
        for wish, bed in self._beds.items():
            if not bed.astray:
                yield wish, bed.result()


class _Bed:
    """What is found for one wish."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.glob = Glob(wish.pattern)
        self.entries: list[Entry] = []
        self.astray = False
        """Whether its own folder is behind a link, so that it has to be read by itself."""
        self.refused: Failure | None = None
        """Why it can't be told what there is."""
        self._kept = 0

    def put(self, entry: Entry, place: int | None = None) -> None:
        """Keep an entry: as the next one, or in place of an earlier one."""
        if self.refused is not None:
            return
        entry = _cut(entry, self.wish.keep)
        self._kept += len(entry.content or b"")
        if place is None:
            self.entries.append(entry)
        else:
            self.entries[place] = entry
        if self._kept > MAX_KEPT:
            self._refuse(f"the files that match {self.wish.pattern} are larger than can be looked at")
        elif len(self.entries) > MAX_ENTRIES:
            self._refuse(f"more than {MAX_ENTRIES} paths match {self.wish.pattern}: more than can be looked at")

    def _refuse(self, reason: str) -> None:
        self.entries.clear()
        self.refused = Failure(reason)

    def result(self) -> Result:
        """Give the entries by path, or why they can't be told."""
        return self.refused or tuple(sorted(self.entries, key=lambda one: one.path))


def wishes(patterns: Mapping[str, int]) -> list[Wish]:
    """Give patterns, each with how many bytes to keep, as wishes."""
    return [Wish(pattern, keep) for pattern, keep in patterns.items()]


def values(patterns: Mapping[str, int], found: Mapping[Wish, Result]) -> dict[str, tuple[Entry, ...]]:
    """Give the entries of each pattern; raises the Failure of one that has none to give."""
    results = {wish.pattern: found[wish] for wish in wishes(patterns)}
    for result in results.values():
        if isinstance(result, Failure):
            raise result.with_traceback(None)
    return {pattern: result for pattern, result in results.items() if not isinstance(result, Failure)}


def _cut(entry: Entry, keep: int) -> Entry:
    """Give an entry with as much of its content as was asked for."""
    if entry.content is None:
        return entry
    if not keep:
        return replace(entry, content=None, truncated=False)
    return replace(entry, content=entry.content[:keep], truncated=entry.size > keep)


def widest(wish: Wish, others: Iterable[Wish]) -> str:
    """Give the folder to read for a wish: the outermost one that any other wish needs as well."""
    roots = [other.root for other in others if covers(other.root, wish.root)]
    return min([wish.root, *roots], key=len)


def _added_by_engine(path: str, member: tarfile.TarInfo) -> bool:
    if any(covers(one, path) for one in _NOT_THE_IMAGES):
        return True
    if path == "/etc/mtab":
        return member.linkname == "/proc/mounts"
    return path in _PREPARED and not member.size
