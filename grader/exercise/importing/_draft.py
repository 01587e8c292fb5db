"""What an importer has made of a file so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.exercise.problems import show_path

if TYPE_CHECKING:
    from pathlib import Path as File

    from grader.core.yaml import Document, Path

_OTHER = re.compile("[^a-z0-9]+")
_LONGEST = 48


@dataclass(frozen=True, slots=True)
class Source:
    """A file of another tool."""

    path: File
    document: Document
    strict: bool
    """Whether the tool refuses unknown fields in it."""

    @property
    def data(self) -> dict[str, Any]:
        """All of it."""
        found: dict[str, Any] = self.document.data
        return found


@dataclass(slots=True)
class Draft:
    """An exercise in the making."""

    source: Source
    checks: list[dict[str, Any]] = field(default_factory=list)
    containers: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What is not as in the original, each with its place."""

    def note(self, path: Path, message: str) -> None:
        """Say that something at a place is not kept, or is kept in another way."""
        place = self.source.document.place(path, key=True)
        self.notes.append(f"{place}: {show_path(path)}: {message}")

    def add(self, name: str, kind: str, **fields: Any) -> dict[str, Any]:
        """Add a check; what is None is left out. Its id is made from its name."""
        check = {"id": self._id(name, kind), "kind": kind, "title": name}
        check |= {key: value for key, value in fields.items() if value is not None}
        self.checks.append(check)
        return check

    def unknown(self, path: Path, found: dict[str, Any], known: frozenset[str]) -> None:
        """Note the fields that the original doesn't know either, or that we don't."""
        for key in (key for key in found if key not in known):
            self.note((*path, key), "unknown field: left out")

    def _id(self, name: str, kind: str) -> str:
        stem = _OTHER.sub("-", name.lower()).strip("-")[:_LONGEST].strip("-") or kind.replace("_", "-")
        taken = {check["id"] for check in self.checks}
        number = 2
        found = stem
        while found in taken:
            found, number = f"{stem}-{number}", number + 1
        return found
