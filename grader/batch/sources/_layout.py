"""What all layouts have in common: how one is recognised, and how what lies in a source becomes a hand-in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from grader.batch.sources import _commits
from grader.batch.sources._place import newest
from grader.core.handin import Found
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from grader.batch.sources._place import Entry, Place

_LISTED: Final = 5


class Layout(ABC):
    """One way in which the work of many students lies together."""

    called: ClassVar[str]
    """What a source of this layout is: `a Canvas download`."""
    table: ClassVar[bool] = False
    """Whether it is a file with a table instead of a folder."""
    general: ClassVar[bool] = False
    """Whether it fits whatever nothing else fits."""
    remark: ClassVar[str] = ""
    """What holds for all of such a source, and is said once."""

    def fits(self, entry: Entry) -> bool:  # noqa: ARG002 - for layouts that go by names
        """Whether one entry is named, or made, as in this layout."""
        return False

    def share(self, place: Place) -> int:
        """Count the entries of a folder that fit."""
        return sum(1 for entry in place.entries if self.fits(entry))

    @abstractmethod
    def collect(self, place: Place, work: Path) -> Iterable[Found]:
        """Give every hand-in; what can't be graded is among them, with the reason as its `problem`."""


def found(
    path: Path,
    who: Mapping[str, str],
    label: str,
    work: Path,
    *,
    notes: Iterable[str] = (),
    dated: Iterable[Path] = (),
) -> Found:
    """Say what a hand-in is, and when it was received: by its last commit, or else by its files.

    `dated` are the files that tell it, where they are not those of `path`.
    """
    said = list(notes)
    if _commits.has_git(path):
        said += [f"the folder {quoted(name)} is a submodule, and empty" for name in _commits.submodules(path)[:_LISTED]]
        head = _commits.head(path, work)
        if head is not None and head.at is not None:
            return Found(
                who=dict(who), path=path, label=label, received_at=head.at, received_by="commit", notes=tuple(said)
            )
        if head is not None and head.commit is None:
            said.append("the repository has no commits")
        else:
            said.append("its git history can't be read")
    times = [at for one in (tuple(dated) or (path,)) if (at := newest(one)) is not None]
    received = max(times, default=None)
    return Found(who=dict(who), path=path, label=label, received_at=received, notes=tuple(said))


def ungradable(entry: Entry) -> str | None:
    """Say why an entry can't be anybody's work."""
    if entry.kind == "link":
        return "it is a link, and links in a source are not followed"
    if entry.kind == "other":
        return "it is neither a folder nor a file"
    return None


def troubled(entry: Entry, problem: str, who: Mapping[str, str] | None = None) -> Found:
    """List an entry that can't be graded."""
    return Found(who=dict(who or {"name": entry.stem}), path=entry.path, label=entry.name, problem=problem)


def strangers(place: Place, layout: Layout) -> Iterator[Found]:
    """List the entries that don't belong to a layout that somebody has asked for by name."""
    for entry in place.entries:
        if not layout.fits(entry):
            yield troubled(entry, ungradable(entry) or f"its name is not one of {layout.called}")
