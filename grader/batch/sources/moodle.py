"""The `moodle` layout: what *Download all submissions* gives.

Ada Lovelace_123456_assignsubmission_file_/…             a folder of each student; without the last `_` since 4.1
Ada Lovelace_123456_assignsubmission_onlinetext_/onlinetext.html
Ada Lovelace_123456_assignsubmission_file_answer.zip     not in folders
Participant_123456_assignsubmission_file_/…              blind marking
Team A-Ada Lovelace_123456_…, Team A_17_…                groups, before and since 4.1
"""

from __future__ import annotations

import itertools
import os
import re
from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from grader.batch.sources._gather import Piece, gather
from grader.batch.sources._layout import Layout, found, strangers, troubled
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.batch.sources._place import Entry, Place
    from grader.core.handin import Found

_NAME: Final = re.compile(
    r"(?P<name>[^_]{0,255}?)(?:_(?P<number>[0-9]{1,20}))?_assignsubmission_(?P<plugin>[a-z0-9]{1,40})(?:_(?P<file>.*))?",
    re.DOTALL,
)
_BLIND: Final = "participant"
_FLAT: Final = 1_000


class _Part(NamedTuple):
    entry: Entry
    name: str
    number: str
    plugin: str
    file: str

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.number


class Moodle(Layout):
    """A folder, or files, of each student for each way of handing in."""

    called: ClassVar[str] = "a Moodle download"

    def fits(self, entry: Entry) -> bool:
        """Go by the name."""
        return _read(entry) is not None

    def collect(self, place: Place, work: Path) -> Iterator[Found]:
        """Give one hand-in for each student, or each group."""
        parts: dict[tuple[str, str], list[_Part]] = defaultdict(list)
        for entry in place.entries:
            part = _read(entry)
            if part is not None:
                parts[part.key].append(part)
        # In blind marking everybody has the same name, in whichever language.
        blind = len(parts) > 1 and len({name for name, _ in parts}) == 1
        for number, mine in enumerate(parts.values()):
            yield _one(mine, work / f"moodle-{number:05}", work, blind=blind)
        yield from strangers(place, self)


def _read(entry: Entry) -> _Part | None:
    match = _NAME.fullmatch(entry.name) if entry.kind in {"file", "folder"} else None
    if match is None or (entry.kind == "file" and not match["file"]):
        return None
    return _Part(entry, match["name"].strip(), match["number"] or "", match["plugin"], match["file"] or "")


def _one(mine: Sequence[_Part], into: Path, work: Path, *, blind: bool) -> Found:
    first = mine[0]
    name, number = first.key
    notes = []
    # The number is the assignment's own, and no id of the student: Moodle's tables call it so.
    who = {"id": f"Participant {number}"} if number else {}
    if blind or name.lower() == _BLIND:
        notes.append("handed in without a name (blind marking)")
    elif name:
        who["name"] = name
    if not number:
        notes.append("of a group without a number: Moodle puts everybody into one who is in no group")
    label = first.entry.name if len(mine) == 1 else f"{first.entry.name} and {len(mine) - 1} more"
    dated = [part.entry.path for part in mine]
    nested = next((part for part in mine if part.entry.kind == "folder" and not _flat(part.entry.path)), None)
    if nested is not None:
        notes += [f"not looked at: {quoted(part.entry.name)}" for part in mine if part is not nested]
        return found(nested.entry.path, who, label, work, notes=notes, dated=dated)
    pieces = [piece for part in mine for piece in _pieces(part)]
    if not pieces:
        return troubled(first.entry, "there is nothing in its folder", who)
    path, more = gather(pieces, into)
    return found(path, who, label, work, notes=[*notes, *more], dated=dated)


def _flat(folder: Path) -> bool:
    """Whether there are only files in a folder, and few enough to lay them out one by one."""
    try:
        with os.scandir(folder) as entries:
            first = list(itertools.islice(entries, _FLAT + 1))
        return len(first) <= _FLAT and all(entry.is_file(follow_symlinks=False) for entry in first)
    except OSError:
        return False  # grading says what can't be read


def _pieces(part: _Part) -> list[Piece]:
    typed = part.plugin != "file"
    if part.entry.kind == "file":
        return [Piece(part.entry.path, part.file, page=typed and part.file.endswith(".html"))]
    names = sorted(entry.name for entry in os.scandir(part.entry.path))
    return [
        Piece(part.entry.path / name, name, page=typed and name.endswith(".html"))
        for name in names
        if name not in {"__MACOSX", ".DS_Store"}
    ]
