"""Private folders for the sockets of disposable engines."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Record

_SHORT: Final = Path("/tmp")  # noqa: S108 - what is made there is private
_LONGEST: Final = 80
"""Bytes of a path that a few letters and a socket's name still fit behind: the kernel takes 104 to 108 in all."""


def new_folder(name: str) -> Path:
    """Make a private folder for an engine's sockets: a temporary one, since a socket's path has to be short."""
    place = next(one for one in (*_places(), None) if one is None or _is_short(one / name))
    path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place))
    path.chmod(0o700)
    return path


def _places() -> tuple[Path, ...]:
    """Give where such folders may be: the usual place may have a long name, such as that of a folder in a folder."""
    places = (Path(tempfile.gettempdir()), _SHORT)
    return tuple(dict.fromkeys(place for place in places if os.access(place, os.W_OK)))


def _is_short(path: Path) -> bool:
    return len(os.fsencode(path)) <= _LONGEST


def remove_folder(path: Path) -> None:
    """Remove a folder with an engine's sockets."""
    for socket in ("docker.sock", "agent.sock"):
        with contextlib.suppress(OSError):
            (path / socket).unlink()
    with contextlib.suppress(OSError):
        path.rmdir()


def remove_folders(record: Record) -> None:
    """Remove all folders with an engine's sockets, those included that a killed process left."""
    places = {*_places(), *([Path(record.shared).parent] if record.shared else [])}
    for path in (one for place in places for one in place.glob(f"{record.name}-*")):
        remove_folder(path)
