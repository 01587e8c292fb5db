"""What the kinds of submission share: paths inside one, the files it holds, and what the author adds to it."""

from __future__ import annotations

import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator

from grader.core.errors import ExerciseError, SubmissionError
from grader.core.text import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grader.core.specs import Given
    from grader.submissions import Work

_LISTED: Final = 8


def _inside(value: str) -> str:
    if value.startswith("/") or ".." in PurePosixPath(value).parts:
        raise ValueError("must be a path inside the submission, without '..'")
    return value


Inside = Annotated[str, AfterValidator(_inside)]
"""A path relative to the submission's folder."""


def require(root: Path, names: Iterable[str]) -> None:
    """Raise SubmissionError where a file is missing that must be there."""
    missing = [name for name in names if not (root / name).exists()]
    if missing:
        raise SubmissionError(
            f"missing from the submission: {', '.join(quoted(name) for name in missing)}",
            hint=f"It holds: {listing(root)}.",
        )


def listing(root: Path) -> str:
    """Name what is in a folder, for a sentence."""
    names = sorted(f"{path.name}/" if path.is_dir() else path.name for path in root.iterdir())
    if not names:
        return "nothing"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(one_line(name, 40) for name in names[:_LISTED]) + more


def note(work: Work, laid: list[str]) -> None:
    """Have the Result say which files were added."""
    if laid:
        more = f" and {len(laid) - _LISTED} more" if len(laid) > _LISTED else ""
        work.taken["given"] = ", ".join(laid[:_LISTED]) + more


def lay(work: Work, place: str, given: Given) -> list[str]:
    """Complete the submission with the author's files; names what was laid."""
    root = work.snapshot.root
    source = work.exercise / given.from_
    if not source.exists():
        raise ExerciseError([f"{work.exercise.name}: submission.given.{place}: there is no {given.from_}"])
    files = [source] if source.is_file() else _below(source)
    laid = []
    for path in files:
        target = root / place if path == source else root / place / path.relative_to(source)
        if (target.exists() or target.is_symlink()) and given.lay == "missing":
            continue
        _write(path, target, root)
        laid.append(target.relative_to(root).as_posix())
    return laid


def _below(folder: Path) -> list[Path]:
    """Give an author's files; pip compiles those in Python where it installs a course, which nobody is to see."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if "__pycache__" not in path.relative_to(folder).parts]


def _write(path: Path, target: Path, root: Path) -> None:
    # The student may have a link or a file where a folder is needed, or the other way round: the author's wins.
    for above in reversed(target.relative_to(root).parents):
        folder = root / above
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_symlink():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
    shutil.copy(path, target)
