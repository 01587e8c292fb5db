"""When the last commit of a repository was made, without letting the repository run or configure anything.

A repository that a student has touched may name programs in its configuration, which git then runs. So git reads it
with an empty repository of ours for its settings, and nothing of the student's but the objects.
"""

from __future__ import annotations

import os
import re
import stat
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.core.process import run

if TYPE_CHECKING:
    from pathlib import Path

_MIB: Final = 1024 * 1024
_MAX_REFS: Final = 8 * _MIB
_MAX_CONFIG: Final = 256 * 1024
_TIMEOUT: Final = 20.0
_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_COMMITTER: Final = re.compile(rb"committer [^\n]*> ([0-9]{1,11}) ([+-])([0-9]{2})([0-5][0-9])")
_SETTINGS: Final = {
    40: "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    64: "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n",
}


class Head(NamedTuple):
    """What a repository is at."""

    commit: str | None = None
    """None: there is no commit yet."""
    at: datetime | None = None
    """When it was made, in UTC; None where that can't be read."""


def has_git(folder: Path) -> bool:
    """Whether a folder is a repository of its own; a file or a link in place of `.git` leads elsewhere."""
    try:
        return stat.S_ISDIR((folder / ".git").lstat().st_mode)
    except OSError:
        return False


def head(folder: Path, work: Path) -> Head | None:
    """Say what a repository is at; None where that can't be found out."""
    where = folder / ".git"
    text = _small(where / "HEAD", 4096)
    commit = _resolve(where, text.strip()) if text is not None else None
    if commit is None:
        return None
    return Head(commit, _made_at(where / "objects", commit, work)) if commit else Head()


def remote(folder: Path) -> str | None:
    """Give the address that a clone was made from."""
    section = ""
    for line in (_small(folder / ".git" / "config", _MAX_CONFIG) or "").splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped
        key, _, value = stripped.partition("=")
        if section == '[remote "origin"]' and key.strip().lower() == "url":
            return value.strip()
    return None


def submodules(folder: Path) -> tuple[str, ...]:
    """Name the submodules that have nothing in them, as after a plain clone."""
    found = []
    for line in (_small(folder / ".gitmodules", _MAX_CONFIG) or "").splitlines():
        key, _, value = line.strip().partition("=")
        name = value.strip().strip('"')
        if key.strip() == "path" and _plain(name) and _is_empty(folder / name):
            found.append(name)
    return tuple(sorted(found))


def _is_empty(folder: Path) -> bool:
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return False


def _plain(name: str) -> bool:
    return bool(name) and "\0" not in name and not name.startswith("/") and ".." not in name.split("/")


def _small(path: Path, most: int) -> str | None:
    """Read a regular file that has at most so many bytes."""
    try:
        # O_NONBLOCK: opening a FIFO would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            raw = file.read(most + 1)
    except (OSError, ValueError):
        return None
    return raw.decode("utf-8", "replace") if len(raw) <= most else None


def _resolve(where: Path, text: str) -> str | None:
    """Give the commit that HEAD leads to; an empty text where it leads to a branch that isn't there yet."""
    for _ in range(5):
        if _ID.fullmatch(text):
            return text
        name = text.removeprefix("ref:").strip()
        if not text.startswith("ref:") or not name.startswith("refs/") or not _plain(name):
            return None
        if name == "refs/heads/.invalid":
            return None  # branches are kept in a format of their own
        loose = _small(where / name, 4096)
        if loose is None:
            return _packed(where, name)
        text = loose.strip()
    return None


def _packed(where: Path, name: str) -> str | None:
    lines = (_small(where / "packed-refs", _MAX_REFS) or "").splitlines()
    found = (line.split(" ", 1)[0] for line in lines if line.endswith(f" {name}"))
    commit = next(found, "")
    return commit if not commit or _ID.fullmatch(commit) else None


def _made_at(objects: Path, commit: str, work: Path) -> datetime | None:
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": os.devnull,
        "GIT_DIR": str(_empty(work, len(commit))),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    argv = ["git", "cat-file", "commit", commit]
    try:
        done = run(argv, timeout=_TIMEOUT, env=env, cwd=str(work), max_output=64 * 1024, max_memory=512 * _MIB)
    except FileNotFoundError:
        return None
    return _committed(done.stdout) if done.exit_code == 0 and not done.timed_out else None


def _empty(work: Path, digits: int) -> Path:
    """Make a repository with nothing in it."""
    folder = work / f"no-git-{digits}"
    for name in ("objects", "refs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if not (folder / "HEAD").exists():
        (folder / "config").write_text(_SETTINGS[digits], encoding="utf-8")
        (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    return folder


def _committed(raw: bytes) -> datetime | None:
    header = raw.partition(b"\n\n")[0]
    found = next((match for line in header.split(b"\n") if (match := _COMMITTER.fullmatch(line))), None)
    if found is None:
        return None
    minutes = int(found[3]) * 60 + int(found[4])
    try:
        zone = timezone(timedelta(minutes=-minutes if found[2] == b"-" else minutes))
        return datetime.fromtimestamp(int(found[1]), zone).astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return None
