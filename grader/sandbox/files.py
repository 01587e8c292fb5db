"""The file system of an image or of a container, through the archive API: nothing runs in it."""

from __future__ import annotations

import posixpath
import tarfile
import time
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from grader.core.clock import remaining
from grader.core.errors import SandboxError
from grader.core.globs import covers
from grader.sandbox import archives, trees
from grader.sandbox.archives import MAX_CONTENT, Pieces
from grader.sandbox.errors import translated
from grader.sandbox.ledger import uninterrupted
from grader.sandbox.trees import Harvest, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from grader.core.facts import Entry
    from grader.sandbox.engine import Engine
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.trees import Result

MAX_FOLDER: Final = 2 * 1024 * 1024
"""Bytes of a folder that are read to serve several files of it at once."""
_ONE_FILE: Final = MAX_CONTENT + 64 * 1024
"""Bytes of an archive that are read for one file."""
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_FREEZES: Final = 10
"""Attempts at pausing a container."""
_NOWHERE: Final = ("too many links", "not a directory", "file name too long")
"""What the engine says of paths through a link in a circle, a file, or a name that can't be."""
# Folders of every image, whose size has nothing to do with the submission.
_COMMON: Final = frozenset(
    {"/", "/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr", "/usr/bin", "/usr/lib", "/var", "/opt"}
)


class _Files(ABC):
    """Paths of one container's file system."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._whole = False

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        """Give what is at an absolute path; with `follow`, what a link leads to within the file system."""
        path = posixpath.normpath("/" + path.lstrip("/"))
        found = self._entry(path)
        if found is None or not follow or found.link is None:
            return found
        target = self._target(path)
        found = self._entry(target) if target is not None else None
        return found if found is not None and found.link is None else None

    def _target(self, path: str) -> str | None:
        """Say where a link leads in the end: the engine follows it, with all links in the folders above."""
        from docker.errors import APIError

        with translated(f"following {path}"):
            try:
                chunks, about = self._engine.api.get_archive(self._container(), path)
            except APIError:
                return None  # it leads in a circle
            chunks.close()
        return posixpath.normpath("/" + str(about.get("linkTarget") or "").lstrip("/"))

    def _entry(self, path: str) -> Entry | None:
        return next((entry for _, entry in self._fetch(path, _ONE_FILE)), None)

    def _fetch(self, path: str, limit: int) -> Iterator[tuple[str, Entry]]:
        """Read the archive of a path, up to a limit; names are relative to it.

        `_whole` says afterwards whether that was all.
        """
        self._whole = linked = False
        try:
            for archive, member in self._members(path, limit):
                # A second name of a file comes without its content: such a path is fetched by itself.
                linked = linked or member.islnk()
                inner = archives.relative(member.name)
                if not member.islnk():
                    yield inner, archives.entry(archive, member, f"{path}/{inner}" if inner else path)
            self._whole = not linked
        except (tarfile.TarError, EOFError):
            return  # cut at the limit: what was read is good

    def _reap(self, wanted: Iterable[Wish], others: Iterable[Wish] = ()) -> dict[Wish, Result]:
        """Gather what is wanted in as few passes as can be, and on the way what others want."""
        found: dict[Wish, Result] = {}
        everything = dict.fromkeys([*wanted, *others])
        for wish in wanted:
            if wish not in found:
                root = trees.widest(wish, everything)
                found |= self._gather(root, [one for one in everything if covers(root, one.root)]).results()
            if wish not in found:  # behind a link, for whoever came from farther out
                found |= self._gather(wish.root, [wish]).results()
        return found

    def _gather(self, root: str, wishes: Collection[Wish]) -> Harvest:
        """Read a folder once for all that is wished for in it."""
        harvest, place = Harvest(root, wishes), root
        try:
            for archive, member in self._members(root):
                if member.issym() and not archives.relative(member.name):
                    place = self._target(root) or root
                    break
                harvest.add(archive, member)
            if place != root:  # the folder is a link
                for archive, member in self._members(place):
                    harvest.add(archive, member)
        except (tarfile.TarError, EOFError) as error:
            raise SandboxError(f"reading {root}: the Docker engine broke off in the middle") from error
        for path in harvest.linked:
            entry = self._entry(path)
            if entry is not None:
                harvest.complete(path, entry)
        return harvest

    def _members(self, path: str, limit: int | None = None) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        """Give the members of the archive of a path, up to a limit; none if nothing is there."""
        from docker.errors import APIError

        with translated(f"reading {path}"):
            try:
                chunks, _ = self._engine.api.get_archive(self._container(), path)
            except APIError as error:
                if error.status_code == _NOT_FOUND or any(one in str(error.explanation) for one in _NOWHERE):
                    return
                raise
        stream = iter(chunks)
        try:
            yield from archives.read(Pieces(_translated(stream, path), limit))
        finally:
            chunks.close()

    @abstractmethod
    def _container(self) -> str:
        """Give the container to read."""


def _translated(stream: Iterator[bytes], path: str) -> Iterator[bytes]:
    with translated(f"reading {path}"):
        yield from stream


class ImageFiles(_Files):
    """Files of one image, through a container that never runs.

    What several checks ask for in one folder costs one request, and so do patterns in one.
    """

    def __init__(self, ledger: Ledger, image: Callable[[], str]) -> None:
        super().__init__(ledger.engine)
        self._ledger = ledger
        self._image = image
        self._made: str | None = None
        self._known: dict[str, Entry | None] = {}
        self._complete: set[str] = set()
        self._announced: dict[str, set[str]] = {}
        self._wishes: dict[Wish, None] = {}
        self._harvest: dict[Wish, Result] = {}

    def announce(self, path: str) -> None:
        """Remember that a path will be asked for."""
        path = posixpath.normpath(path)
        self._announced.setdefault(posixpath.dirname(path), set()).add(path)

    def announce_entries(self, patterns: Mapping[str, int]) -> None:
        """Remember that what matches patterns will be asked for."""
        self._wishes |= dict.fromkeys(trees.wishes(patterns))

    def entries(self, patterns: Mapping[str, int]) -> dict[str, tuple[Entry, ...]]:
        """Give what matches each pattern, by path, with as many bytes of each file as it says."""
        missing = [wish for wish in trees.wishes(patterns) if wish not in self._harvest]
        self._harvest |= self._reap(missing, self._wishes)
        self._wishes = {wish: None for wish in self._wishes if wish not in self._harvest}
        return trees.values(patterns, self._harvest)

    def _entry(self, path: str) -> Entry | None:
        folder = posixpath.dirname(path)
        if path not in self._known and folder not in self._complete:
            if len(self._announced.get(folder, ())) > 1 and folder not in _COMMON:
                self._fetch_folder(folder)
            if path not in self._known and folder not in self._complete:
                self._known[path] = super()._entry(path)
        return self._known.get(path)

    def _fetch_folder(self, folder: str) -> None:
        self._announced.pop(folder)
        count = 0
        for inner, entry in self._fetch(folder, MAX_FOLDER):
            if inner:
                self._known[entry.path] = entry
            elif entry.link is not None:
                return  # the folder is a link: its members are elsewhere
            count += 1
        if count and self._whole:
            self._complete.add(folder)

    def _container(self) -> str:
        if self._made is None:
            image = self._image()
            name = self._ledger.name()
            # The command never runs; images FROM scratch have none of their own, and the engine wants one. It would
            # also make the image's working directory, which may be a file.
            config: dict[str, object] = {"Image": image, "WorkingDir": "/", "NetworkDisabled": True}
            config |= {"Entrypoint": ["/grader-reads-files"], "Cmd": []}
            with uninterrupted(), translated("opening the image's file system"):
                self._ledger.engine.api.create_container_from_config(config, name)
            self._made = name
        return self._made


class ContainerFiles(_Files):
    """Files of a container as it is now; what is mounted as `tmpfs`, and `/proc`, is not among them."""

    def __init__(self, engine: Engine, container: str) -> None:
        super().__init__(engine)
        self._id = container

    def _container(self) -> str:
        return self._id

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        """Give what is at an absolute path, while nothing in the container can change it."""
        with self._standing_still():
            return super().entry(path, follow=follow)

    def entries(self, patterns: Mapping[str, int]) -> dict[str, tuple[Entry, ...]]:
        """Give what matches each pattern, by path, with as many bytes of each file as it says."""
        with self._standing_still():
            return trees.values(patterns, self._reap(trees.wishes(patterns)))

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        paused = self._pause()
        try:
            yield
        finally:
            if paused:
                self._resume()

    def _pause(self) -> bool:
        """Pause it, if it runs; says whether it has to go on afterwards."""
        from docker.errors import APIError

        for left in reversed(range(_FREEZES)):
            with translated("pausing a container"):
                try:
                    self._engine.api.pause(self._id)
                except APIError as error:
                    if error.status_code == _CONFLICT or "is not running" in str(error.explanation):
                        return False  # it has ended, was never started, or the student paused it
                    # The kernel gives up on processes that it can't stop at once, as on a busy machine.
                    if "unable to freeze" not in str(error.explanation) or not left:
                        raise
                else:
                    return True
            time.sleep(remaining(0.1))
        return False

    def _resume(self) -> None:
        from docker.errors import APIError

        with uninterrupted(), translated("resuming a container"):
            try:
                self._engine.api.unpause(self._id)
            except APIError as error:
                killed = error.status_code in {_NOT_FOUND, _CONFLICT}
                if not killed and "is not paused" not in str(error.explanation):
                    raise
