"""What is in a hand-in, by name: nothing is opened, and no link is followed."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILES: Final = 20_000
MAX_DEPTH: Final = 16
_PASSED_BY: Final = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__macosx", "venv", ".venv", "env", "__pycache__", "site-packages", ".idea",
     ".vscode", ".pytest_cache", ".mypy_cache"}
)  # fmt: skip
"""Folders in which programs leave what nobody has written."""
_BESIDE: Final = ("readme", "license", "licence", "copying", "changelog", "thumbs.db", "desktop.ini", "makefile")


class Listing(NamedTuple):
    """The files of a hand-in, by their paths in it, with / between the parts."""

    files: tuple[str, ...]
    whole: bool = True
    """False: there are more than are looked at."""


def listing(root: Path) -> Listing:
    """List a folder, those nearest to the top first; what can't be read is left out, and graded as missing."""
    found: list[str] = []
    waiting = deque([("", os.fspath(root), 0)])
    whole = True
    while waiting:
        prefix, folder, depth = waiting.popleft()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if len(found) + len(waiting) >= MAX_FILES:
                        return Listing(tuple(sorted(found)), whole=False)
                    if not entry.is_dir(follow_symlinks=False):
                        found.append(prefix + entry.name)
                    elif entry.name.casefold() in _PASSED_BY:
                        continue
                    elif depth >= MAX_DEPTH:
                        whole = False
                    else:
                        waiting.append((f"{prefix}{entry.name}/", entry.path, depth + 1))
        except OSError:
            continue
    return Listing(tuple(sorted(found)), whole)


def only_folders(root: Path) -> bool:
    """Whether at the top of a hand-in there are folders, and nothing that may be an answer."""
    try:
        with os.scandir(root) as entries:
            kinds = [entry.is_dir(follow_symlinks=False) for entry in entries if not beside(entry.name)]
    except OSError:
        return False
    return bool(kinds) and all(kinds)


def beside(name: str) -> bool:
    """Whether something may lie beside answers without being one."""
    return name.startswith(".") or name.casefold().startswith(_BESIDE)
