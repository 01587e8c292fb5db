"""Where Buildx is: the plugin of the `docker` command that talks to BuildKit."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Where the Docker CLI looks, after the user's own folders (docker/cli, cli-plugins/manager, `defaultSystemPluginDirs`).
_SYSTEM: Final = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


def command(user_folders: Iterable[Path]) -> tuple[str, ...]:
    """Give the command that runs Buildx.

    The plugin is a program that also runs by itself; through `docker` it would take 50 ms more, in which all plugins
    are started once to ask what they are.
    """
    name = "docker-buildx.exe" if sys.platform == "win32" else "docker-buildx"
    for folder in (*user_folders, *map(Path, _SYSTEM)):
        path = folder / name
        if path.is_file() and os.access(path, os.X_OK):
            return (str(path),)
    return ("docker", "buildx")
