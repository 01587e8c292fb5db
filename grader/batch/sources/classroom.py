"""The `classroom` layout: a folder of cloned repositories.

`gh classroom clone student-repos` makes `ASSIGNMENT-submissions/ASSIGNMENT-LOGIN`, and `gh teacher download` of
Classroom 50 makes `CLASSROOM-ASSIGNMENT_submissions_TIME/CLASSROOM-ASSIGNMENT-LOGIN`. Without such a name of the folder
the login is what follows the words that all repositories begin with.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from grader.batch.sources import _commits
from grader.batch.sources._address import owner_and_name
from grader.batch.sources._layout import Layout, found, troubled, ungradable
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.batch.sources._place import Entry, Place
    from grader.core.handin import Found

_FOLDER: Final = re.compile(
    r"(?P<slug>.+?)(?:-submissions|_submissions(?:_\d{4}_\d{2}_\d{2}_T_\d{2}_\d{2}_\d{2})?|-\d{2}-\d{2}-\d{4}-\d{2}-\d{2}-\d{2})"
)
_SUMMARIES: Final = frozenset({"results.json", "readme.md"})


class Classroom(Layout):
    """One repository of each student, or of each team."""

    called: ClassVar[str] = "a folder of cloned repositories"

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is a repository."""
        return entry.kind == "folder" and _commits.has_git(entry.path)

    def share(self, place: Place) -> int:
        """A clone may have failed; but where repositories are few, students have handed in their own `.git`."""
        folders = [entry for entry in place.entries if entry.kind == "folder"]
        cloned = sum(1 for entry in folders if self.fits(entry))
        loose = [entry for entry in place.entries if entry.kind == "file" and entry.name.lower() not in _SUMMARIES]
        likely = cloned and (
            cloned == len(folders) or bool(_FOLDER.fullmatch(place.root.name)) or cloned * 2 > len(folders)
        )
        return sum(1 for entry in place.entries if ungradable(entry) is None) if likely and not loose else 0

    def collect(self, place: Place, work: Path) -> Iterator[Found]:
        """Give one hand-in for each repository."""
        entries = [entry for entry in place.entries if entry.name.lower() not in _SUMMARIES or entry.kind == "folder"]
        names = _names(entries)
        prefix = _prefix(place.root.name, list(names.values()))
        for entry in entries:
            problem = ungradable(entry) or (None if entry.kind == "folder" else "it is a file, not a repository")
            if problem:
                yield troubled(entry, problem)
                continue
            name = names[entry.name]
            who, notes = _who(name, prefix)
            if not self.fits(entry):
                notes.append("it is not a git repository: was it cloned whole?")
            yield found(entry.path, who, entry.name, work, notes=notes)


def _who(name: str, prefix: str) -> tuple[dict[str, str], list[str]]:
    if name.lower().startswith(prefix) and len(name) > len(prefix):
        return {"login": name[len(prefix) :], "repository": name}, []
    return {"login": name, "repository": name}, [f"its name does not begin with {quoted(prefix)}"]


def _names(entries: Sequence[Entry]) -> dict[str, str]:
    """Give the name that tells whose a repository is, by that of its folder."""
    folders = [entry for entry in entries if entry.kind == "folder"]
    origins = {entry.name: owner_and_name(_commits.remote(entry.path) or "") for entry in folders}
    known = [origin for origin in origins.values() if origin is not None]
    names = {origin[1].lower() for origin in known}
    owners = {origin[0].lower() for origin in known}
    plain = {entry.name: entry.name for entry in folders}
    if len(known) < 2:  # noqa: PLR2004 - one tells nothing about what differs
        return plain
    if len(owners) == len(known) and len(names) == 1:
        # A fork of the same repository in each student's own account.
        return plain | {name: origin[0] for name, origin in origins.items() if origin is not None}
    if len(owners) == 1 and len(names) == len(known):
        # The folders may have been renamed since.
        return plain | {name: origin[1] for name, origin in origins.items() if origin is not None}
    return plain


def _prefix(folder: str, names: Sequence[str]) -> str:
    """Give what the names begin with before a login, in lower case."""
    lower = [name.lower() for name in names]
    hint = _FOLDER.fullmatch(folder)
    if hint is not None:
        slug = f"{hint['slug'].lower()}-"
        if any(name.startswith(slug) for name in lower):
            return slug
    if len(lower) < 2:  # noqa: PLR2004 - one has nothing in common with itself
        return ""
    first, last = min(lower), max(lower)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    prefix = first[:same]
    return prefix[: prefix.rfind("-") + 1]
