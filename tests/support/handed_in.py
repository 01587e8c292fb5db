"""A class's submissions, as the store would give them, without a store."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.handin import Person
from grader.store.rows import HandInRow
from tests.support.factories import WHEN

if TYPE_CHECKING:
    from collections.abc import Mapping


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """Give files as the store keeps a submission: a tar.gz."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


class HandedIn:
    """Stands in for a store, as far as comparing goes."""

    def __init__(self) -> None:
        self._rows: list[HandInRow] = []
        self._people: list[Person] = []
        self._snapshots: dict[str, bytes] = {}

    def add(self, student: str, files: Mapping[str, str | bytes], group: str = "") -> int:
        """Hand something in; gives its number."""
        digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        self._snapshots[digest] = packed(files)
        if all(person.id != student for person in self._people):
            self._people.append(Person(id=student, name=student.title(), group=group))
        self._rows.append(
            HandInRow(
                id=len(self._rows) + 1,
                exercise="one",
                student=student,
                digest=digest,
                label=f"{student}.zip",
                path=Path(f"/class/{student}.zip"),
                received_at=WHEN,
                received_by="source",
                first_seen=WHEN,
            )
        )
        return len(self._rows)

    def handins(self, exercise: str | None = None) -> list[HandInRow]:
        """Give what was handed in."""
        return [row for row in self._rows if exercise in {None, row.exercise}]

    def people(self) -> list[Person]:
        """Give who is who."""
        return self._people

    def snapshot(self, digest: str) -> bytes | None:
        """Give the tar.gz of some work."""
        return self._snapshots.get(digest)

    def lose(self, handin: int) -> None:
        """Take away the snapshot of a hand-in."""
        self._snapshots.pop(self._rows[handin - 1].digest)
