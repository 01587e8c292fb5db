"""What a build context holds, and what of it .dockerignore keeps out."""

from __future__ import annotations

import functools
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MAX_FILES: Final = 2_000
MAX_IGNORE: Final = 64 * 1024
MAX_PATTERNS: Final = 200
_TOKENS: Final = re.compile(r"(\*\*/|\*\*|\*|\?)")
_WILDCARDS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_SCRIPT_HEAD: Final = 2_000
"""Bytes of a script that are looked at: its interpreter, its line ends, and of most scripts all that they do."""


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


def is_ignored(context: Path, dockerfile: Path, name: str) -> bool:
    """Whether .dockerignore keeps a file out of the build."""
    return name not in _included(context, dockerfile, {name: 0})


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
    hits = _matching([rule for _, rule in rules])
    excludes = [exclude for exclude, _ in rules]
    return frozenset(name for name in files if not _is_ignored(hits(_text(name)), excludes))


def _text(name: str) -> str:
    # RE2 reads UTF-8, which a name from a file system need not be.
    return name.encode("utf-8", "replace").decode()


def _matching(rules: list[Any]) -> Callable[[str], tuple[bool, ...]]:
    """Give a function that says which rules match a path or a folder above it; each folder is looked at once."""

    @functools.cache
    def hits(path: str) -> tuple[bool, ...]:
        above = path.rpartition("/")[0]
        inherited = hits(above) if above else (False,) * len(rules)
        return tuple(was or rule.fullmatch(path) is not None for was, rule in zip(inherited, rules, strict=True))

    return hits


def _is_ignored(hits: tuple[bool, ...], excludes: list[bool]) -> bool:
    # The last rule that matches counts.
    return next((exclude for hit, exclude in zip(reversed(hits), reversed(excludes), strict=True) if hit), False)


def _rule(pattern: str) -> tuple[bool, Any]:
    """Turn a line of .dockerignore into a rule; RE2, since the line is a student's.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    import re2

    exclude = not pattern.startswith("!")
    pattern = posixpath.normpath(pattern.removeprefix("!").strip()).lstrip("/")
    parts = [_WILDCARDS.get(token) or re2.escape(token) for token in _TOKENS.split(pattern)]
    options = re2.Options()
    options.log_errors = False  # it would write the pattern to stderr, as it is
    try:
        return exclude, re2.compile("".join(parts), options)
    except re2.error:
        return exclude, re2.compile(r"[^\s\S]")  # too large to compile: it names no file
