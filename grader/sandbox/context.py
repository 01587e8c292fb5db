"""What a build context holds, and what of it .dockerignore keeps out."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_FILES: Final = 2_000
MAX_IGNORE: Final = 64 * 1024
MAX_PATTERNS: Final = 200
_TOKENS: Final = re.compile(r"(\*\*/|\*\*|\*|\?)")
_WILDCARDS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_SCRIPT_HEAD: Final = 200
"""Bytes of a script that tell its interpreter and its line ends."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A build context, for explanations."""

    files: Mapping[str, int]
    ignored: frozenset[str]
    scripts: Mapping[str, bytes]


def survey(context: Path, dockerfile: Path) -> Survey:
    """Look through a build context (a snapshot: regular files and directories only), up to a number of files."""
    files: dict[str, int] = {}
    scripts: dict[str, bytes] = {}
    for path in sorted(context.rglob("*"))[:MAX_FILES]:
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(context).as_posix()
        files[name] = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_SCRIPT_HEAD)
        if head.startswith(b"#!"):
            scripts[name] = head
    return Survey(files, frozenset(files) - _included(context, dockerfile, files), scripts)


def _included(context: Path, dockerfile: Path, files: Mapping[str, int]) -> frozenset[str]:
    # The file's own ignore file wins over the common one, as in BuildKit.
    candidates = (dockerfile.with_name(f"{dockerfile.name}.dockerignore"), context / ".dockerignore")
    ignore = next((path for path in candidates if path.is_file()), None)
    if ignore is None:
        return frozenset(files)
    with ignore.open("rb") as file:
        lines = file.read(MAX_IGNORE).decode("utf-8", "replace").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")][:MAX_PATTERNS]
    rules = [_rule(pattern) for pattern in patterns]
    return frozenset(name for name in files if not _is_ignored(name, rules))


def _is_ignored(name: str, rules: list[tuple[bool, Any]]) -> bool:
    parts = name.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    ignored = False
    for exclude, rule in rules:  # the last one that matches the path or a folder above it counts
        if any(rule.fullmatch(path) for path in above):
            ignored = exclude
    return ignored


def _rule(pattern: str) -> tuple[bool, Any]:
    """Turn a line of .dockerignore into a rule; RE2, since the line is a student's.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    import re2

    exclude = not pattern.startswith("!")
    pattern = posixpath.normpath(pattern.removeprefix("!").strip()).lstrip("/")
    parts = [_WILDCARDS.get(token) or re2.escape(token) for token in _TOKENS.split(pattern)]
    return exclude, re2.compile("".join(parts))
