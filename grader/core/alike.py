"""Two submissions that are alike, complete before any report reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from grader.core.model import Model
from grader.core.text import StudentText

Mark = Literal["same", "partly", "usual", "own"]
"""The same as the other's and rare; with rare words that the other has, too; the same, as with many; only here."""


class Sign(Model):
    """Something that does nothing, and that two have word for word."""

    kind: Literal["comment", "spacing", "spelling"]
    text: StudentText
    holders: int
    """How many students or groups have it, these two included."""


class Side(Model):
    """One of the two."""

    student: StudentText
    name: StudentText = ""
    handins: tuple[int, ...]
    """The numbers of the student's hand-ins with this content."""
    digest: str
    label: StudentText
    received_at: datetime | None = None


class Pair(Model):
    """Two submissions that are alike."""

    percent: int
    part: str | None = None
    """What is as much alike; None: all that they handed in."""
    identical: bool = False
    """Whether they are the same to the byte."""
    shared: int
    """How many words and combinations of words both have, and few others."""
    bits: float
    """How much that says, in bits."""
    signs: tuple[Sign, ...] = ()
    one: Side
    other: Side


class Line(Model):
    """An element as it was written."""

    file: StudentText
    line: int
    text: StudentText
    mark: Mark


class Row(Model):
    """What stands side by side."""

    one: Line | None = None
    other: Line | None = None

    @property
    def telling(self) -> bool:
        """Whether it shows something that both have, and few others."""
        return any(line is not None and line.mark in {"same", "partly"} for line in (self.one, self.other))
