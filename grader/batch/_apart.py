"""Work that does not lie in a folder of its own: archives, and files in a folder with those of other exercises."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.batch.sources._gather import Piece, gather, starts_packed
from grader.core.errors import PolicyError, SubmissionError
from grader.core.text import one_line, quoted
from grader.submissions.intake import Caps, take

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.batch.numbers import Work
    from grader.exercise.model import Exercise

_CAPS: Final = Caps(max_bytes=256 * 1024 * 1024, max_files=50_000)
"""What a hand-in of several exercises may hold: each is held against its exercise's own limits when it is graded."""


@dataclass(slots=True)
class Apart:
    """Lays such work out in fresh folders below `work`."""

    work: Path
    _made: int = 0

    def unpack(self, archive: Path) -> Path:
        """Unpack a hand-in. Raises SubmissionError or PolicyError."""
        into = self._fresh()
        take(archive, into, _CAPS)
        return into

    def lay(self, root: Path, found: Work, exercise: Exercise) -> tuple[Path, tuple[str, ...]]:
        """Bring files together under the names that the exercise asks for; says what a person should know.

        Raises SubmissionError where nothing is left of them.
        """
        files = [file for file in found.files if is_readable(root / file)]
        if not files:
            if found.folder is not None:
                return root / found.folder, ()
            raise SubmissionError(f"{quoted(found.files[0], 60)} is a link, or can't be read")
        names = called(exercise, files)
        into = self._fresh()
        notes = [f"{quoted(file)} is taken as {quoted(name)}" for file, name in names.items() if name != _name(file)]
        if found.folder is None:
            path, more = gather([Piece(root / file, name) for file, name in names.items()], into)
            return path, (*notes, *more)
        try:
            take(root / found.folder, into, _CAPS)
        except (PolicyError, SubmissionError) as error:
            shutil.rmtree(into, ignore_errors=True)
            return root / found.folder, (f"what lies beside it is left out: {one_line(error.message)}",)
        beside, more = gather([Piece(root / file, _name(file)) for file in files], self._fresh())
        if beside.is_dir():
            shutil.copytree(beside, into, symlinks=True, dirs_exist_ok=True, copy_function=_unless_there)
        return into, tuple(more)

    def alias(self, path: Path) -> Path:
        """Give another path to a folder whose name is no text."""
        alias = self._fresh()
        alias.symlink_to(path.absolute())
        return alias

    def _fresh(self) -> Path:
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._made += 1
        return self.work / f"apart-{self._made:05}"


def is_readable(path: Path) -> bool:
    """Whether it is a regular file that may be read: what a student made of a name may be a link or a device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode) and os.access(path, os.R_OK)
    except OSError:
        return False


def is_text(path: Path) -> bool:
    """Whether a path can be written down."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def is_archive(path: Path) -> bool:
    """Whether a hand-in that is a file is to be unpacked."""
    return starts_packed(path)


def called(exercise: Exercise, files: Sequence[str]) -> dict[str, str]:
    """Say by which name each file is graded: `1-7.Dockerfile` is the Dockerfile, if it is the only one."""
    names = {file: _name(file) for file in files}
    wanted: tuple[str, ...] = getattr(exercise.file.submission, "dockerfile", ())
    likely = [file for file, name in names.items() if _is_dockerfile(name)]
    if wanted and len(likely) == 1 and not set(wanted) & set(names.values()):
        names[likely[0]] = _name(wanted[0])
    return names


def _is_dockerfile(name: str) -> bool:
    folded = name.casefold()
    return "dockerfile" in folded and not folded.endswith(("ignore", ".md", ".txt", ".sh", ".yml", ".yaml"))


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _unless_there(source: str, target: str) -> None:
    """Keep what the folder has itself."""
    if not Path(target).exists() and not Path(target).is_symlink():
        shutil.copy2(source, target, follow_symlinks=False)
