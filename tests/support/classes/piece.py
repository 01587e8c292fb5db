"""What a submission of a generated class is, before it is written."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

Kind = Literal["reference", "right", "wrong", "mutant", "variation", "broken", "hostile", "duplicate"]
Expected = Literal["full", "less", "unusable", "rejected", "graded", "none"]
"""What must come of it: full marks, fewer, nothing that can be looked at, a breach of policy; `graded` is any of the
first three: two mutations at once may cancel each other. `none` of them is never expected."""
Files = Mapping[str, bytes]
Making = Callable[[Path], Path]
"""Makes a submission by itself at a path without an ending, and gives the path with its ending."""

_WHEN: Final = (2026, 3, 1, 12, 0, 0)


class Piece(NamedTuple):
    """One submission, not yet written."""

    name: str
    kind: Kind
    expected: Expected
    made: Files | Making
    isolated: bool = False
    """Whether it may be graded on a disposable engine only: elsewhere nothing holds its processes."""
    named: str | None = None
    """The name of its folder, where the name is what is odd."""


def folder(files: Files, path: Path) -> Path:
    """Write files as a folder."""
    path.mkdir()
    for name, content in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return path


def zipped(files: Files, path: Path, *, below: str = "") -> Path:
    """Write files as a zip, the same bytes each time; `below` a folder in it, if that has a name."""
    path = path.with_name(f"{path.name}.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"{below}{name}", _WHEN), content, zipfile.ZIP_DEFLATED)
    return path


def tarred(files: Files, path: Path, *, ending: str = ".tar.gz") -> Path:
    """Write files as a tar."""
    path = path.with_name(f"{path.name}{ending}")
    with tarfile.open(path, "w:gz" if ending.endswith("gz") else "w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def read(place: Path) -> dict[str, bytes]:
    """Read a folder's files, each by its path."""
    return {
        path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }
