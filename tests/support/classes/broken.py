"""Submissions that can't be read, whatever the exercise, and such as should not be."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.support.classes.piece import Piece, folder, tarred, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.classes.piece import Files, Making

_LARGE: Final = 12 * 1024 * 1024
_DEEP: Final = 60


def broken(file: str, good: Files) -> Iterator[Piece]:
    """Give what students hand in by mistake, for an exercise whose answer is in `file`."""
    rest = {name: content for name, content in good.items() if name != file}
    yield Piece("empty-folder", "broken", "unusable", {})
    yield Piece("no-answer", "broken", "unusable", {**rest, "photo.jpg": b"\xff\xd8\xff\xe0\0\0"})
    yield Piece("empty-answer", "broken", "graded", {**rest, file: b""})
    yield Piece("garbage", "broken", "graded", {**rest, file: bytes(range(256)) * 40})
    yield Piece("utf-16", "broken", "graded", {**rest, file: good[file].decode().encode("utf-16")})
    yield Piece("latin-1", "broken", "graded", {**rest, file: "# Grüße\n".encode("latin-1") + good[file]})
    yield Piece("a-folder-for-a-file", "broken", "graded", {**rest, f"{file}/{file}": good[file]})
    yield Piece("in-a-folder", "broken", "graded", {f"answer/{name}": content for name, content in good.items()})
    yield Piece("word", "broken", "graded", {**rest, f"{file}.docx": b"PK\x03\x04\0\0"})
    yield Piece("long-name", "broken", "full", {**good, "n" * 200: b""})
    yield Piece("not-a-zip", "broken", "unusable", partial(_bytes, b"\0\1\2 no archive at all" * 50, ".zip"))
    yield Piece("text-for-a-zip", "broken", "graded", partial(_bytes, b"I could not make a zip.\n", ".zip"))
    yield Piece("empty-zip", "broken", "unusable", partial(_bytes, b"", ".zip"))
    yield Piece("truncated-zip", "broken", "unusable", partial(_truncated, partial(zipped, good)))
    yield Piece("truncated-tar", "broken", "unusable", partial(_truncated, partial(tarred, good)))
    yield Piece("zip-in-a-zip", "broken", "graded", partial(_nested, good))
    yield Piece("no-rights", "broken", "graded", partial(_no_rights, good))
    yield Piece("macos-zip", "broken", "full", lambda path: zipped({**_below("work/", good), **_MACOS}, path))
    yield Piece("plain-tar", "broken", "full", lambda path: tarred(good, path, ending=".tar"))


def mean(file: str, good: Files) -> Iterator[Piece]:
    """Give archives and folders that would write or read where they must not."""
    yield Piece("link-to-passwd", "hostile", "rejected", partial(_linked, good, file, "/etc/passwd"))
    yield Piece("link-beside", "hostile", "rejected", partial(_linked, good, "data", "../../../etc"))
    yield Piece("climbing-zip", "hostile", "rejected", partial(_climbing, good, "../../escaped"))
    yield Piece("absolute-zip", "hostile", "rejected", partial(_climbing, good, "/tmp/escaped"))  # noqa: S108 - never made
    yield Piece("link-in-a-tar", "hostile", "rejected", partial(_special, good, tarfile.SYMTYPE))
    yield Piece("hard-link", "hostile", "rejected", partial(_special, good, tarfile.LNKTYPE))
    yield Piece("device", "hostile", "rejected", partial(_special, good, tarfile.CHRTYPE))
    yield Piece("pipe", "hostile", "rejected", partial(_pipe, good))
    yield Piece("zip-bomb", "hostile", "rejected", lambda path: zipped({**good, "zeros": bytes(60_000_000)}, path))
    yield Piece("huge-file", "hostile", "rejected", partial(_sparse, good, 1 << 42))
    yield Piece("large-file", "hostile", "rejected", partial(_sparse, good, _LARGE))
    yield Piece("many-files", "hostile", "rejected", lambda path: zipped({**good, **_many()}, path))
    yield Piece("deep", "hostile", "rejected", {**good, "/".join(["d"] * _DEEP): b""})
    yield Piece("escapes-in-names", "hostile", "full", {**good, "\x1b]0;title\x07\x1b[2J": b"", "a\r\nb": b""})
    names = {
        "escapes": "\x1b[31mred\x1b[0m",
        "formula": "=1+cmd|' C calc'!A0",
        "option": "--help",
        "bidi": "\u202edellup",
        "quotes": 'o\'neil "x" $(id) `id`',
        "long": "x" * 150,
    }
    for label, name in names.items():
        yield Piece(f"named-{label}", "hostile", "full", {**good, "notes.txt": label.encode()}, named=name)


_MACOS: Final = {"__MACOSX/work/._Dockerfile": b"\0\5\x16\7"}


def _below(place: str, files: Files) -> Files:
    return {f"{place}{name}": content for name, content in files.items()}


def _many() -> Files:
    return {f"many/{number}": b"" for number in range(6000)}


def _bytes(content: bytes, ending: str, path: Path) -> Path:
    path = path.with_name(f"{path.name}{ending}")
    path.write_bytes(content)
    return path


def _truncated(write: Making, path: Path) -> Path:
    path = write(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    return path


def _nested(good: Files, path: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for name, content in good.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return zipped({"work.zip": inner.getvalue()}, path)


def _no_rights(good: Files, path: Path) -> Path:
    folder(good, path)
    path.chmod(0)
    return path


def _linked(good: Files, name: str, target: str, path: Path) -> Path:
    folder({other: content for other, content in good.items() if other != name}, path)
    (path / name).symlink_to(target)
    return path


def _climbing(good: Files, name: str, path: Path) -> Path:
    return zipped({**good, name: b"escaped"}, path)


def _special(good: Files, kind: bytes, path: Path) -> Path:
    path = tarred(good, path, ending=".tar")
    with tarfile.open(path, "a") as archive:
        info = tarfile.TarInfo("special")
        info.type, info.linkname, info.mode = kind, "/etc/passwd", 0o644 | stat.S_IFREG
        archive.addfile(info)
    return path


def _pipe(good: Files, path: Path) -> Path:
    folder(good, path)
    os.mkfifo(path / "pipe")
    return path


def _sparse(good: Files, size: int, path: Path) -> Path:
    folder(good, path)
    with (path / "huge").open("wb") as file:
        file.truncate(size)
    return path
