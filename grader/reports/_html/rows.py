"""Rows: what is known of one student in one exercise, from the gradebook, a result, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.text import one_line

if TYPE_CHECKING:
    from decimal import Decimal

    from grader.core.gradebook import Entry
    from grader.core.handin import Person
    from grader.reports._html.ledger import Exercise, Kept, Ledger

STATUSES: Final = {"graded": "graded", "rejected": "rejected", "ungraded": "not graded", "missing": "missing"}
_LONGEST: Final = 120
"""Characters of a name that a table shows."""


@dataclass(slots=True)
class Row:
    """One student's standing in one exercise."""

    number: int
    key: str
    person: Person | None
    entry: Entry | None
    kept: Kept | None
    attempt: str | None
    href: str | None = None
    """Where there is more about it."""
    detail: str | None = None
    """The place of its details, on a page that has all of them."""

    @property
    def name(self) -> str:
        """What the person is called, or known by."""
        return one_line((self.person.name if self.person else "") or self.key, _LONGEST) or "(no name)"

    @property
    def status(self) -> str:
        """One of STATUSES."""
        return self.entry.status if self.entry else self.kept.status if self.kept else "missing"

    @property
    def score(self) -> Decimal | None:
        """What counts."""
        return self.entry.score if self.entry else self.kept.score if self.kept else None

    @property
    def max_score(self) -> Decimal | None:
        """What could be reached."""
        most = self.entry.max_score if self.entry else None
        return most if most is not None else self.kept.max_score if self.kept else None

    @property
    def passed(self) -> bool:
        """Whether all of its checks passed."""
        return self.kept is not None and self.kept.passed

    @property
    def late(self) -> int:
        """Seconds after the due date."""
        return self.entry.late_seconds if self.entry else 0

    @property
    def flags(self) -> tuple[str, ...]:
        """What a person should look at."""
        return self.entry.flags if self.entry else self.kept.flags if self.kept else ()

    @property
    def message(self) -> str:
        """Why there is no score, or what is to be known of it."""
        said = self.entry.message if self.entry else None
        return said or (self.kept.message if self.kept else None) or ""

    @property
    def on_roster(self) -> bool:
        """Whether it is somebody whom the roster knows."""
        return self.person is None or self.person.on_roster


def rows_of(ledger: Ledger, exercise: Exercise) -> list[Row]:
    """Give a row for each student, in the order of the gradebook; what it doesn't know comes last."""
    found: list[Row] = []
    used: set[tuple[str, str]] = set()
    for key, person in ledger.people.items():
        entry = ledger.entries.get((exercise.id, key))
        attempt = entry.attempt if entry else None
        used.add((attempt or "", key))
        found.append(Row(len(found), key, person, entry, exercise.kept.get((attempt or "", key)), attempt))
    for (attempt, who), kept in exercise.kept.items():
        if (attempt, who) not in used:
            found.append(Row(len(found), kept.submission, None, None, kept, attempt))
    return found


def tags(row: Row) -> list[str]:
    """Name what rows are filtered by."""
    found = [row.status]
    found += ["late"] if row.late else []
    found += ["flagged"] if row.flags else []
    found += ["decided"] if row.entry and row.entry.overrides else []
    found += [] if row.on_roster else ["unknown"]
    return found
