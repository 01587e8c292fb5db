r"""The `canvas` layout: what *Download Submissions* gives.

lovelaceada_12345_67890_answer.zip             name, user, attachment, the file's own name
lovelaceada_LATE_12345_67891_Dockerfile        handed in late
lovelaceada_12345_text.html, …_link.html       typed into Canvas, or an address
anon_Xk3fQ_67890_answer.zip                    an anonymous assignment; LATE_anon_Xk3fQ_… if late
"""

from __future__ import annotations

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

# Canvas keeps letters of any script in names, and neither spaces nor points.
_NAME: Final = re.compile(
    r"(?:(?P<anon_late>LATE_)?anon_(?P<anon>\w{1,32}?)|(?P<name>[^\s./]{0,255}?)_(?P<late>LATE_)?(?P<user>[0-9]{1,20}))"
    r"_(?:(?P<attachment>[0-9]{1,20})_(?P<file>.+)|(?P<typed>text|link)(?:-[0-9]{1,2})?\.html)",
    re.DOTALL,
)
# What Canvas adds to the name of a file that the student has uploaded before.
_VERSION: Final = re.compile(
    r"(?P<stem>.+?)-(?P<number>[1-9][0-9]?)(?P<ending>(?:\.[A-Za-z][A-Za-z0-9]*)*(?:\.[A-Za-z0-9]*)?)", re.DOTALL
)
_KNOWN: Final = frozenset(
    {"dockerfile", "compose.yml", "compose.yaml", "docker-compose.yml", "docker-compose.yaml", "commands.sh",
     "commands.md", "commands.txt", "readme.md", "solution.md", "solution.txt", "answer.md", "answer.txt"}
)  # fmt: skip
"""Names that nobody numbers, so that a number at their end is Canvas's."""


class _Upload(NamedTuple):
    entry: Entry
    key: str
    name: str
    late: bool
    attachment: int
    file: str
    typed: str | None

    @property
    def who(self) -> dict[str, str]:
        return {"id": self.key, "name": self.name} if self.name else {"id": self.key}


class Canvas(Layout):
    """The files of all students in one folder, with everything else in their names."""

    called: ClassVar[str] = "a Canvas download"
    remark: ClassVar[str] = "Canvas doesn't tell when work was handed in"

    def fits(self, entry: Entry) -> bool:
        """Go by the name."""
        return _read(entry) is not None

    def collect(self, place: Place, work: Path) -> Iterator[Found]:
        """Give one hand-in for each student, or each group, that handed in anything."""
        uploads: dict[str, list[_Upload]] = defaultdict(list)
        for entry in place.entries:
            upload = _read(entry)
            if upload is not None:
                uploads[upload.key].append(upload)
        for number, mine in enumerate(uploads.values()):
            yield _one(mine, work / f"canvas-{number:05}", work)
        yield from strangers(place, self)


def _read(entry: Entry) -> _Upload | None:
    match = _NAME.fullmatch(entry.name) if entry.kind == "file" else None
    if match is None:
        return None
    late = bool(match["late"] or match["anon_late"])
    key = match["user"] or f"anon_{match['anon']}"
    attachment = int(match["attachment"] or 0)
    typed = match["typed"]
    return _Upload(entry, key, match["name"] or "", late, attachment, match["file"] or f"{typed}.html", typed)


def _one(mine: Sequence[_Upload], into: Path, work: Path) -> Found:
    first = mine[0]
    label = first.entry.name if len(mine) == 1 else f"{first.entry.name} and {len(mine) - 1} more"
    if all(upload.typed == "link" for upload in mine):
        problem = "a web address was handed in, not a file; a table of git addresses can hold it"
        return troubled(first.entry, problem, first.who)
    pieces, notes = _current(mine)
    path, more = gather(pieces, into)
    if any(upload.late for upload in mine):
        notes.insert(0, "Canvas marks it as late")
    dated = [upload.entry.path for upload in mine]
    return found(path, first.who, label, work, notes=[*notes, *more], dated=dated)


def _current(mine: Sequence[_Upload]) -> tuple[list[Piece], list[str]]:
    """Give the newest version of each file, by the name that the student's file had."""
    there = {upload.file for upload in mine}
    resubmitted = any(_original(upload.file).lower() in _KNOWN for upload in mine if _original(upload.file))
    newest: dict[str, _Upload] = {}
    older: list[str] = []
    for upload in sorted(mine, key=lambda one: one.attachment):
        original = _original(upload.file)
        # A number at the end may be the student's own, as in `ex-1.zip` and `ex-2.zip`.
        alike = [other for other in there if _original(other) == original]
        renamed = original and (original in there or (resubmitted and len(alike) == 1))
        name = original if renamed else upload.file
        if name in newest:
            older.append(f"{quoted(newest[name].file)} is left out: {quoted(upload.file)} is a newer version")
        newest[name] = upload
    pieces = [Piece(upload.entry.path, name, page=upload.typed is not None) for name, upload in newest.items()]
    return pieces, older


def _original(file: str) -> str:
    """Give the name that a file had before Canvas numbered it; an empty text for one that isn't numbered."""
    match = _VERSION.fullmatch(file)
    return f"{match['stem']}{match['ending']}" if match else ""
