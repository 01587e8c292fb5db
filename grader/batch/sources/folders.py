"""The `folders` layout: every folder, archive or file is one student's, and named after the student."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from grader.batch.sources._layout import Layout, found, troubled, ungradable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.batch.sources._place import Entry, Place
    from grader.core.handin import Found

_EMAIL: Final = re.compile(r"[^@\s/]{1,64}@[^@\s/]{1,190}\.[^@\s/.]{2,63}")


class Folders(Layout):
    """One folder, archive or file of each student."""

    called: ClassVar[str] = "a folder of submissions"
    general: ClassVar[bool] = True

    def fits(self, entry: Entry) -> bool:
        """Whatever can be somebody's work fits."""
        return ungradable(entry) is None

    def collect(self, place: Place, work: Path) -> Iterator[Found]:
        """Give one hand-in for each entry."""
        for entry in place.entries:
            who = {"name": entry.stem}
            if _EMAIL.fullmatch(entry.stem):
                who["email"] = entry.stem
            problem = ungradable(entry)
            yield troubled(entry, problem, who) if problem else found(entry.path, who, entry.name, work)
