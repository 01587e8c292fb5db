"""Sources of a batch, as learning platforms and git make them."""

from __future__ import annotations

import os
import subprocess
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.batch.sources import Reading
    from grader.core.handin import Found

DOCKERFILE = "FROM busybox:1\n"
WHEN = "2026-03-01T21:59:59+02:00"
"""When commits are made, unless a test says otherwise: 19:59:59 in UTC."""


def git(folder: Path, *arguments: str, at: str = WHEN) -> str:
    """Run git as nobody in particular, at a time of the test's own."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00+00:00",
        "GIT_COMMITTER_NAME": "ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_COMMITTER_DATE": at,
        "GIT_ALLOW_PROTOCOL": "file",
    }
    argv = ["git", "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.strip()


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def repository(folder: Path, files: Mapping[str, str] | None = None, *, at: str = WHEN, origin: str = "") -> Path:
    """Make a repository with one commit, or with none where there are no files."""
    write(folder, {"Dockerfile": DOCKERFILE} if files is None else files)
    git(folder, "init", "--quiet")
    if origin:
        git(folder, "remote", "add", "origin", origin)
    if files != {}:
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message=done", at=at)
    return folder


def zipped(path: Path, files: Mapping[str, str | bytes], *, at: tuple[int, ...] = (2026, 3, 1, 12, 30, 0)) -> Path:
    """Make a zip with members of one time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, at), content)  # type: ignore[arg-type]
    return path


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """Give the bytes of a zip, as a student uploads it."""
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 2, 28, 8, 0, 0)), content)
    return buffer.getvalue()


def by(reading: Reading, key: str = "name") -> dict[str, Found]:
    """Give the hand-ins by what the source says of the student."""
    return {found.who.get(key, ""): found for found in reading.found}


def names(folder: Path) -> list[str]:
    """Name all files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
