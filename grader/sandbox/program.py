"""The program that a container was to start with: looked for in its image, as the engine does."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from grader.core import binaries
from grader.core.binaries import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.facts import ContainerState, Entry, ImageInfo

_SHELLS: Final = frozenset({"sh", "bash", "ash", "dash"})
_USUAL: Final = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where the engine looks in an image without a PATH, and where most programs are."""
_MAX_FOLDERS: Final = 12
_MAX_NAME: Final = 300


def find(state: ContainerState, image: ImageInfo, entry: Callable[[str], Entry | None]) -> Program | None:
    """Look for what the command of a container that ended badly names first; None for any other container.

    `entry` gives what is at a path of the image, links followed.
    """
    name = _first(state.argv) if state.exit_code and not state.oom_killed else ""
    if not name or len(name) > _MAX_NAME or any(char in name for char in "\0\n$`\"'(){}|&;<>*?=~"):
        return None
    if "/" in name:
        path = posixpath.normpath(posixpath.join(image.workdir or "/", name))
        return _program(name, path, entry, on_path=True) or Program(name, None, on_path=False)
    own = [one or image.workdir or "/" for one in image.env.get("PATH", ":".join(_USUAL)).split(":")]
    for folder in dict.fromkeys((*own[:_MAX_FOLDERS], *_USUAL)):
        found = _program(name, posixpath.join("/", folder, name), entry, on_path=folder in own)
        if found is not None:
            return found
    return Program(name, None, on_path=False)


def _first(argv: tuple[str, ...]) -> str:
    if len(argv) > 2 and argv[1] == "-c" and posixpath.basename(argv[0]) in _SHELLS:  # noqa: PLR2004 - sh -c LINE
        words = argv[2].split(maxsplit=2)
        return next((word for word in words if word != "exec"), "")
    return argv[0] if argv else ""


def _program(name: str, path: str, entry: Callable[[str], Entry | None], *, on_path: bool) -> Program | None:
    found = entry(path)
    if found is None or found.type != "file":
        return None
    binary = binaries.read(found.content or b"")
    if binary is None:
        return Program(name, path, on_path)
    loader = binary.loader
    there = loader is None or entry(loader) is not None
    return Program(name, path, on_path, binary.target, loader, there)
