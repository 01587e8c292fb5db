"""A Dockerfile with what it builds from."""

from __future__ import annotations

import os
import posixpath
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pydantic import Field

from grader.core.errors import PolicyError, SubmissionError
from grader.core.specs import Given  # noqa: TC001 - pydantic reads it
from grader.core.text import quoted
from grader.sandbox.project import Plan, Project
from grader.submissions import Submission, Work
from grader.submissions._files import Inside, lay, listing, note, require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_DOCKERFILE: Final = 256 * 1024
_NOT_APP: Final = frozenset({"dockerfile", ".dockerignore", "task.md", "readme.md"})
"""What lies beside an app without being part of it."""


class Dockerfile(Submission):
    """A folder (or zip, or tar) with a Dockerfile; the image is built and run.

    Names and places are tried in the order given; what was taken is in the Result.
    """

    opens: ClassVar[type] = Project

    kind: Literal["dockerfile"] = "dockerfile"
    dockerfile: tuple[Inside, ...] = ("Dockerfile", "dockerfile")
    """Names of the Dockerfile, the first one that exists counts; looked for in every context, too."""
    context: tuple[Inside, ...] = (".",)
    """Folders that may be the build context: the first one that has everything the Dockerfile copies."""
    required: tuple[Inside, ...] = ()
    """Files that must be there."""
    given: dict[Inside, Given] = Field(default_factory=dict)
    """The author's files, by where they are laid in the submission."""

    @contextmanager
    def open(self, work: Work) -> Iterator[Project]:
        """Lay the given files, settle on Dockerfile and context; building waits until a check needs it."""
        root = work.snapshot.root.resolve()
        require(root, self.required)
        dockerfile = self._dockerfile(root)
        own = set(_entries(root))
        written, name = dockerfile.read_bytes(), dockerfile.relative_to(root).as_posix()
        laid = [name for place, given in self.given.items() for name in lay(work, place, given)]
        context = self._context(root, dockerfile, own)
        work.taken["dockerfile"] = name
        if name not in laid:  # then it is the author's
            work.show(name, "dockerfile", written.decode("utf-8-sig", "replace"))
        work.taken["context"] = context.relative_to(root).as_posix()
        note(work, laid)
        plan = Plan(context, dockerfile, work.images, work.build, work.containers, work.limits)
        project = Project(work.ledger, plan, work.preparation, work.progress)
        try:
            yield project
        finally:
            project.close()

    def _dockerfile(self, root: Path) -> Path:
        present = {path for folder in (".", *self.context) for path in _entries(root / folder)}
        for wanted in self.dockerfile:
            for folder in dict.fromkeys((".", *self.context)):
                path = root / folder / wanted
                # Looked up by listing: on a file system that ignores case, `dockerfile` would seem to exist twice.
                if (path in present or "/" in wanted) and path.is_file():
                    return _checked(path, root)
        wrong = next((path for path in present if path.name in self.dockerfile and path.is_dir()), None)
        if wrong is not None:
            raise SubmissionError(f"{quoted(wrong.name)} is a folder; it must be a file")
        names = " or ".join(self.dockerfile[:1])
        raise SubmissionError(
            f"there is no {names} in the submission",
            hint=f"The file must be called {names}, without an ending such as .txt. It holds: {listing(root)}.",
        )

    def _context(self, root: Path, dockerfile: Path, own: set[Path]) -> Path:
        """Take the first folder in which everything is that the Dockerfile copies; if none has it all, the first.

        Students write their Dockerfile in the app's folder as often as beside it, and hand it in without the app: there
        `COPY . .` means the app's folder, so what was only laid into another candidate doesn't count.
        """
        folders = [root / folder for folder in self.context if (root / folder).is_dir()] or [root]
        if dockerfile.parent != root and dockerfile.parent in folders:
            return dockerfile.parent
        laid = {folder for folder in folders if folder != root and folder not in own}
        wanted = _copied(dockerfile)
        return next((one for one in folders if all(_has(one, source, laid) for source in wanted)), folders[0])


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _checked(path: Path, root: Path) -> Path:
    """Give the file itself: BuildKit follows no link out of the folder that a Dockerfile is in."""
    real = path.resolve()
    if not real.is_relative_to(root.resolve()):
        raise PolicyError(f"{quoted(path.name)} is a link that leads out of the submission")
    if real.stat().st_size > MAX_DOCKERFILE:
        raise SubmissionError(f"{quoted(path.name)} is larger than {MAX_DOCKERFILE // 1024} KiB")
    return real


def _copied(dockerfile: Path) -> list[str]:
    """Name what COPY and ADD take from the context; nothing if that can't be told."""
    from grader.core import dockerfile as dockerfiles
    from grader.core.errors import Failure

    try:
        parsed = dockerfiles.parse(dockerfile.read_bytes().decode("utf-8", "replace"))
    except Failure:
        return []
    return [
        source
        for instruction in parsed.instructions
        if instruction.name in {"COPY", "ADD"} and not instruction.flag("from")
        for source in instruction.arguments[:-1]
        if not source.startswith("<<") and "$" not in source and "://" not in source
    ]


def _has(folder: Path, source: str, laid: set[Path]) -> bool:
    relative = os.path.normpath("/" + source).lstrip("/")
    if not relative:
        return any(path not in laid and path.name.lower() not in _NOT_APP for path in _entries(folder))
    if any(char in relative for char in "*?["):
        # Only the folder part is compared: a student's pattern is nothing to search a tree with.
        relative = posixpath.dirname(relative)
    return os.path.exists(folder / relative)  # noqa: PTH110 - Path.exists() raises for a name that is too long
