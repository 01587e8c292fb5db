"""The texts in a submission as it was taken, read in memory and up to limits: nothing is unpacked to a disk."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE: Final = 128 * 1024
"""Bytes of one file that are read; what is longer is cut."""
MAX_TOTAL: Final = 1024 * 1024
"""Bytes of text of one submission."""
MAX_FILES: Final = 200
"""Texts of one submission."""
MAX_UNPACKED: Final = 64 * 1024 * 1024
"""Bytes that an archive may unpack to before the rest of it is left unread."""
_MAX_MEMBERS: Final = 5_000

# What tools write, and nobody compares: dependencies, lock files, what is made from something else.
_TOOLS: Final = frozenset(
    ["node_modules", ".git", "__pycache__", ".venv", "venv", "vendor", "dist", ".idea", ".vscode", "__MACOSX"]
)
_MADE: Final = frozenset(
    ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "pipfile.lock", "uv.lock", "go.sum",
     "cargo.lock", "composer.lock", "gemfile.lock", ".ds_store"]
)  # fmt: skip
_ENDINGS: Final = (".min.js", ".min.css", ".map", ".svg")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Kinds of texts that say most come first, should a submission be longer than what is read of it.
_FIRST: Final = (".yml", ".yaml", ".sh", ".md", ".txt")


def unpack(data: bytes) -> dict[str, str]:
    """Give the texts of a tar.gz by path, in order; of what can't be read, nothing."""
    raw: dict[str, bytes] = {}
    stream = _Bounded(gzip.GzipFile(fileobj=io.BytesIO(data)))
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for number, member in enumerate(archive):
                if number >= _MAX_MEMBERS:
                    break
                name = PurePosixPath(member.name).as_posix()
                file = archive.extractfile(member) if member.isreg() and not _is_made(name) else None
                if file is not None and name not in raw:
                    raw[name] = file.read(MAX_FILE)
    except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error):
        pass  # what came before it counts
    return _texts(raw)


def below(folder: Path) -> dict[str, str]:
    """Give the texts in an author's folder by path."""
    raw: dict[str, bytes] = {}
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if not _is_made(name) and len(raw) < MAX_FILES:
            with path.open("rb") as file:
                raw[name] = file.read(MAX_FILE)
    return _texts(raw)


def _files(folder: Path) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - _TOOLS)
        for path in (Path(inside) / name for name in sorted(files)):
            if path.is_file():
                yield path


def _is_made(name: str) -> bool:
    *folders, last = name.lower().split("/")
    return not _TOOLS.isdisjoint(folders) or last in _MADE or last.endswith(_ENDINGS)


def _texts(raw: dict[str, bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    left = MAX_TOTAL
    for name in sorted(raw, key=_order):
        text = _decoded(raw[name][:left]) if left and len(found) < MAX_FILES else None
        if text is not None:
            found[name] = text
            left -= min(len(raw[name]), left)
    return {name: found[name] for name in sorted(found)}


def _order(name: str) -> tuple[bool, str]:
    last = name.lower().rpartition("/")[2]
    return not ("dockerfile" in last or last.endswith(_FIRST)), name


def _decoded(data: bytes) -> str | None:
    """Read text as editors write it; None for what is none."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace").replace("\r\n", "\n")
    if b"\0" in data:
        return None
    text = data.decode("utf-8", "replace")
    # A cut in the middle of a character leaves one sign; what is no text at all leaves many.
    return text.replace("\r\n", "\n") if text.count("\ufffd") <= 1 + len(text) // 20 else None


class _Bounded(io.RawIOBase):
    """Ends after so many bytes, whatever an archive goes on to unpack to."""

    def __init__(self, inner: gzip.GzipFile) -> None:
        self._inner = inner
        self._left = MAX_UNPACKED

    def read(self, size: int = -1) -> bytes:
        got = self._inner.read(min(size if size >= 0 else self._left, self._left))
        self._left -= len(got)
        return got
