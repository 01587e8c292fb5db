"""The layers of an image, from one pass through what `docker save` gives: a stream, of which nothing is unpacked.

The stream holds blobs, layers and JSON documents alike, in an order that means nothing; the last of the documents says
which is which. So every blob that looks like an archive is read, but for layers that are known to be the base image's.
"""

from __future__ import annotations

import json
import tarfile
import zlib
from typing import TYPE_CHECKING, Any, Final

from grader.core import layers, secrets
from grader.core.clock import budget, remaining
from grader.core.errors import Failure, SandboxError
from grader.core.layers import Contents, Found, Layers, Search
from grader.sandbox import archives, images
from grader.sandbox.archives import Pieces
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

    from grader.core.dockerfile import Instruction
    from grader.sandbox.engine import Engine

MAX_PATHS: Final = 200_000
"""Files and folders of all layers together."""
_SECONDS: Final = 120.0
"""Seconds that a pass may take, on a clock of its own."""
MAX_FOUND: Final = 1_000
_MAX_DOCUMENT: Final = 4 * 1024 * 1024
_MAX_DOCUMENTS: Final = 16 * 1024 * 1024
"""Bytes of one JSON document, and of all of them."""
_PIECE: Final = 256 * 1024
_HEAD: Final = 512
_MAGIC: Final = slice(257, 262)
"""Where an archive has the name of its format."""
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"


class Reading:
    """The pass through one image: once for all that was announced, and again only for what was not."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._search = Search()
        self._done: tuple[Search, Layers | Failure] | None = None

    def announce(self, search: Search) -> None:
        """Look for this, too."""
        self._search |= search

    def layers(self, image: str, bases: Iterable[str], instructions: Sequence[Instruction]) -> Layers:
        """Give the layers of the image; raises Failure where more is in them than can be looked at."""
        if self._done is None or self._done[0] != self._search:
            try:
                with budget("layers", _SECONDS):
                    found: Layers | Failure = read(self._engine, image, self._search, bases, instructions)
            except Failure as failure:
                found = failure
            self._done = (self._search, found)
        if isinstance(self._done[1], Failure):
            raise self._done[1].with_traceback(None)
        return self._done[1]


def read(
    engine: Engine, image: str, search: Search, bases: Iterable[str], instructions: Sequence[Instruction]
) -> Layers:
    """Read an image that is on the engine. Raises Failure for one that has more in it than can be looked at.

    `bases` are images that it may be based on; `instructions` those of the Dockerfile that it was built from.
    """
    ids, base = _base(engine, image, bases)
    saved = _Saved(search, frozenset() if search.base else frozenset(one.partition(":")[2] for one in base[0]))
    with translated("saving the image"):
        stream = engine.api.get_image(image)
        try:
            saved.read(Pieces(iter(stream)))
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise SandboxError("saving the image: the Docker engine broke off in the middle") from error
        finally:
            stream.close()
    contents, history = saved.result()
    own = (len(ids) - len(base[0]), len(history) - base[1]) if base[0] else None
    return layers.assemble(contents, history, own, instructions)


def _base(engine: Engine, image: str, names: Iterable[str]) -> tuple[list[str], tuple[list[str], int]]:
    """Give the ids of the image's layers, and those of its base image with the length of that one's history."""
    raw = images.inspect(engine, image)
    ids = _ids(raw)
    best: list[str] = []
    name_of_best = ""
    for name in names:
        found = _ids(images.inspect(engine, name))
        if len(found) > len(best) and ids[: len(found)] == found:
            best, name_of_best = found, name
    if not best:
        return ids, ([], 0)
    with translated("reading the history of an image"):
        return ids, (best, len(engine.api.history(name_of_best)))


def _ids(raw: dict[str, Any] | None) -> list[str]:
    return [str(one) for one in ((raw or {}).get("RootFS") or {}).get("Layers") or ()]


class _Saved:
    """What is found in the stream."""

    def __init__(self, search: Search, skipped: frozenset[str]) -> None:
        self._search = search
        self._skipped = skipped
        self._blobs: dict[str, Contents] = {}
        self._documents: dict[str, bytes] = {}
        self._links: dict[str, str] = {}
        self._paths = 0

    def read(self, stream: Pieces) -> None:
        """Take everything out of the stream that says something."""
        for archive, member in archives.read(stream):
            if member.issym():  # how older engines save one layer that stands in two places
                self._links[member.name] = member.linkname.removeprefix("../")
            elif member.isreg() and not self._skipped.isdisjoint(member.name.replace(".", "/").split("/")):
                self._blobs[member.name] = Contents()
            elif member.isreg():
                self._take(member.name, _Peeked(archive.extractfile(member)))

    def _take(self, name: str, blob: _Peeked) -> None:
        if blob.head.startswith(_GZIP):
            blob = _Peeked(_Unzipped(blob))
        elif blob.head.startswith(_ZSTD):
            raise SandboxError("the engine saves layers in a format that can't be read here (zstd)")
        if blob.head[_MAGIC] == b"ustar" or (blob.head and not blob.head.strip(b"\0")):
            self._blobs[name] = self._layer(blob)
        elif blob.head.lstrip()[:1] in {b"{", b"["}:
            content = blob.read(_MAX_DOCUMENT + 1)
            if len(content) + sum(map(len, self._documents.values())) > _MAX_DOCUMENTS or len(content) > _MAX_DOCUMENT:
                raise Failure("the configuration of the image is larger than can be looked at")
            self._documents[name] = content

    def _layer(self, blob: _Peeked) -> Contents:
        contents = Contents()
        for archive, member in archives.read(blob):  # type: ignore[arg-type]
            self._paths += 1
            if self._paths > MAX_PATHS:
                raise Failure(f"the layers of the image have more than {MAX_PATHS} files, more than can be looked at")
            path = "/" + archives.text(member.name).strip("/").removeprefix("./")
            folder, _, name = path.rpartition("/")
            if name == _OPAQUE:
                contents.emptied.add(folder or "/")
            elif name.startswith(_WHITEOUT):
                contents.gone.add(f"{folder}/{name.removeprefix(_WHITEOUT)}")
            elif member.isdir():
                contents.folders.add(path)
            else:
                contents.files[path] = member.size
                if member.isreg() and member.size and len(contents.found) < MAX_FOUND:
                    self._look(path, archive, member, contents)
        return contents

    def _look(self, path: str, archive: tarfile.TarFile, member: tarfile.TarInfo, contents: Contents) -> None:
        """Look for what is searched in a file."""
        by_name = secrets.named(path) if self._search.secrets else None
        if by_name is not None:
            contents.found.append(Found(path, by_name))
        inside = self._search.secrets and by_name is None and not secrets.from_package(path)
        stream = archive.extractfile(member) if inside or self._search.values else None
        if stream is None:
            return
        scan = secrets.Scan(self._search.values, secrets=inside)
        while piece := stream.read(_PIECE):
            scan.feed(piece)
        contents.found += [Found(path, what) for what in sorted(scan.secrets)]
        contents.found += [Found(path, "", value) for value in sorted(scan.values)]

    def result(self) -> tuple[list[Contents], list[tuple[str, bool]]]:
        """Give the layers, the lowest first, and the history, each entry with whether it made a layer."""
        try:
            [manifest] = json.loads(self._documents["manifest.json"])
            config = json.loads(self._documents[manifest["Config"]])
            contents = [self._blob(str(name)) for name in manifest["Layers"] or ()]
            history = [
                (str(one.get("created_by") or ""), not one.get("empty_layer")) for one in config.get("history") or ()
            ]
        except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise SandboxError("the image that the engine saved can't be read") from error
        return contents, history

    def _blob(self, name: str) -> Contents:
        return self._blobs[self._links.get(name, name)]


class _Peeked:
    """A stream whose first bytes are known."""

    def __init__(self, stream: IO[bytes] | _Unzipped | _Peeked | None) -> None:
        self._stream = stream
        self.head = stream.read(_HEAD) if stream is not None else b""
        self._rest = self.head

    def read(self, size: int) -> bytes:
        """Give `size` bytes, or fewer at the end."""
        piece, self._rest = self._rest[:size], self._rest[size:]
        if len(piece) < size and self._stream is not None:
            piece += self._stream.read(size - len(piece))
        return piece


class _Unzipped:
    """A gzip stream, unpacked a piece at a time: however much is in it, no more is in memory. Raises zlib.error."""

    def __init__(self, stream: _Peeked) -> None:
        self._stream = stream
        self._zip = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def read(self, size: int) -> bytes:
        """Give `size` bytes, or fewer at the end. Raises TimedOut at the deadline."""
        return b"".join(self._pieces(size))

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size > 0 and not self._zip.eof:
            remaining(60)
            packed = self._zip.unconsumed_tail or self._stream.read(_PIECE)
            if not packed:
                raise EOFError
            piece = self._zip.decompress(packed, size)
            size -= len(piece)
            yield piece
