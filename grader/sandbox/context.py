"""What a build context holds, and what of it .dockerignore keeps out."""

from __future__ import annotations

import functools
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining
from grader.core.facts import ContextEntry
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MAX_FILES: Final = 2_000
MAX_IGNORE: Final = 64 * 1024
MAX_PATTERNS: Final = 200
_TOKENS: Final = re.compile(r"(\*\*/|\*\*|\*|\?|\\.|\[\^?[^\[\]\\]+\])")
_WILDCARDS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_ANY_FILE: Final = "grader-any-file"
"""Stands for what a folder could hold."""
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


def look(context: Path, dockerfile: Path, path: str) -> ContextEntry:
    """Say of a path whether it is there, whether the build gets it, and which line keeps it out or lets it in."""
    rules, name = _read(context, dockerfile), path.strip("/")
    place = context if name == "." else context / name
    there = place.exists() and place.resolve().is_relative_to(context.resolve())
    files = _files(context, place) if there else {}
    asked = list(files) if name == "." else [name]
    if name != "." and (path.endswith("/") or (there and place.is_dir())):
        asked = [*files, f"{name}/{_ANY_FILE}"]
    verdicts = {one: rules.verdict(one) for one in asked}
    # A folder is kept out if all of it is.
    ignored, rule = min(verdicts.values(), key=lambda one: one[0], default=(False, None))
    return ContextEntry(
        path=path,
        type=("directory" if place.is_dir() else "file") if there else None,
        ignored=ignored,
        rule=rule,
        ignore_file=rules.name,
        sent=sum(size for one, size in files.items() if not verdicts[one][0]),
    )


def _files(context: Path, place: Path) -> dict[str, int]:
    """Give the files at or below a place, with their sizes."""
    found = {}
    for path in [place] if place.is_file() else sorted(place.rglob("*")):
        remaining(1)  # raises TimedOut when the check's time is up
        if path.is_file() and not path.is_symlink():
            found[path.relative_to(context).as_posix()] = path.stat().st_size
    return found


def _included(context: Path, dockerfile: Path, files: Mapping[str, int]) -> frozenset[str]:
    rules = _read(context, dockerfile)
    return frozenset(name for name in files if not rules.verdict(name)[0])


class _Rules:
    """The lines of an ignore file."""

    def __init__(self, name: str | None, lines: list[tuple[int, str]]) -> None:
        self.name = name
        self._lines = lines
        compiled = [_rule(line) for _, line in lines]
        self._excludes = [exclude for exclude, _ in compiled]
        self._hits = _matching([rule for _, rule in compiled])

    def verdict(self, path: str) -> tuple[bool, str | None]:
        """Say whether a path is kept out, and which line decides it: the last that matches."""
        hits = self._hits(_text(path))
        last = max((index for index, hit in enumerate(hits) if hit), default=None)
        if last is None:
            return False, None
        number, line = self._lines[last]
        return self._excludes[last], f"line {number} of {self.name}, {quoted(line)}"


def _read(context: Path, dockerfile: Path) -> _Rules:
    # The file's own ignore file wins over the common one, as in BuildKit.
    candidates = (dockerfile.with_name(f"{dockerfile.name}.dockerignore"), context / ".dockerignore")
    ignore = next((path for path in candidates if path.is_file()), None)
    if ignore is None:
        return _Rules(None, [])
    with ignore.open("rb") as file:
        lines = file.read(MAX_IGNORE).decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
    numbered = [(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    return _Rules(ignore.name, numbered[:MAX_PATTERNS])


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


def _rule(pattern: str) -> tuple[bool, Any]:
    """Turn a line of .dockerignore into a rule; RE2, since the line is a student's.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    import re2

    exclude = not pattern.startswith("!")
    pattern = posixpath.normpath(pattern.removeprefix("!").strip()).lstrip("/")
    parts = [_translated(token) for token in _TOKENS.split(pattern)]
    options = re2.Options()
    options.log_errors = False  # it would write the pattern to stderr, as it is
    try:
        return exclude, re2.compile("".join(parts), options)
    except re2.error:
        return exclude, re2.compile(r"[^\s\S]")  # too large to compile: it names no file


def _translated(token: str) -> str:
    """Write a part of a pattern as RE2 does: a wildcard, a class such as `[a-z]`, an escaped sign, or plain text."""
    import re2

    if token.startswith("[") and token.endswith("]"):
        return token
    return _WILDCARDS.get(token) or str(re2.escape(token[1:] if token[:1] == "\\" else token))
