"""What the class page shows, worked out of a ledger and a cohort; its template decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.reports._html.figures import Bin, Tile, bins, tiles
from grader.reports._html.overview import Overview, overview
from grader.reports._html.rows import STATUSES, Row, rows_of, tags
from grader.reports._html.tables import Head, body, heads_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from markupsafe import Markup

    from grader.core.alike import Pair
    from grader.core.alike import Row as SideRow
    from grader.core.analysis import Analysis, Cause, CheckStats, Suspect
    from grader.core.cohort import Alike
    from grader.core.gradebook import Override
    from grader.reports._html.ledger import Column, Exercise, Ledger

_MOST_LISTED: Final = 200
"""Students whom a list beside the table names."""


class Link(NamedTuple):
    """A student's name, and where there is more."""

    name: str
    href: str | None
    note: str = ""


@dataclass
class Reason:
    """Why a check failed, and for whom."""

    cause: Cause
    students: list[Link]


@dataclass
class Check:
    """How a check did."""

    number: int
    column: Column | None
    stats: CheckStats | None
    reasons: list[Reason]
    suspects: list[Suspect]

    @property
    def title(self) -> str:
        """Its name for people."""
        return (self.stats or self.column).title  # type: ignore[union-attr] # one of them is there

    @property
    def rate(self) -> float | None:
        """The share that passed."""
        return self.stats.pass_rate if self.stats else self.column.rate if self.column else None


@dataclass
class Shown:
    """One exercise of the page."""

    number: int
    id: str
    title: str
    rows: list[Row]
    heads: list[Head]
    columns: list[Column]
    body: Markup
    tiles: list[Tile]
    bins: list[Bin]
    checks: list[Check]
    first: list[tuple[Suspect, Check | None]]
    look: list[tuple[Row, str]]
    """Who needs a person: rejected, not graded, flagged."""
    filters: list[tuple[str, str, int]]
    analysis: Analysis | None


@dataclass
class Likeness:
    """Two submissions to compare."""

    exercise: str
    pair: Pair
    one: Link
    other: Link
    rows: Sequence[SideRow | int]


@dataclass
class View:
    """A whole class page."""

    title: str
    notes: Sequence[str]
    exercises: list[Shown]
    overview: Overview | None
    pairs: list[Likeness]
    decided: list[tuple[Link, str, str, Override]]
    """Student, exercise, what of it, and the decision."""
    unknown: list[Link]
    students: int
    words: dict[str, str] = field(default_factory=lambda: dict(STATUSES))


def view_of(ledger: Ledger, href: Callable[[Exercise, Row], str | None]) -> View:
    """Work out all that a class page shows."""
    shown = [_shown(ledger, exercise, number, href) for number, exercise in enumerate(ledger.exercises.values(), 1)]
    links = {one.id: {row.key: Link(row.name, row.href) for row in one.rows} for one in shown}
    for one in shown:
        _explain(one, links[one.id])
    cohort = ledger.cohort
    keys = {row.key: row for one in shown for row in one.rows}
    beside = overview(shown) if len(shown) > 1 else None
    pairs = [_likeness(found, shown, links.get(found.exercise, {})) for found in (cohort.pairs if cohort else ())]
    title = cohort.title if cohort else "; ".join(one.title for one in shown) or "No results"
    unknown = [Link(row.name, _anywhere(shown, key)) for key, row in keys.items() if not row.on_roster]
    return View(title, cohort.notes if cohort else (), shown, beside, pairs, list(_decided(shown)), unknown, len(keys))


def _likeness(found: Alike, shown: Sequence[Shown], links: Mapping[str, Link]) -> Likeness:
    title = next((one.title for one in shown if one.id == found.exercise), found.exercise)
    one, other = (
        links.get(side.student, Link(side.name or side.student, None)) for side in (found.pair.one, found.pair.other)
    )
    return Likeness(title, found.pair, one, other, found.rows)


def _anywhere(shown: Iterable[Shown], key: str) -> str | None:
    return next((row.href for one in shown for row in one.rows if row.key == key and row.href), None)


def _shown(ledger: Ledger, exercise: Exercise, number: int, href: Callable[[Exercise, Row], str | None]) -> Shown:
    rows = rows_of(ledger, exercise)
    for row in rows:
        row.href = href(exercise, row)
    heads, columns = heads_of(rows), list(exercise.columns.values())
    analysis = next(
        (one for one in (ledger.cohort.analyses if ledger.cohort else ()) if one.exercise == exercise.id), None
    )
    return Shown(
        number, exercise.id, exercise.title, rows, heads, columns, body(rows, heads, columns), tiles(rows), bins(rows),
        checks=[], first=[], look=_look(rows), filters=_filters(rows), analysis=analysis,
    )  # fmt: skip


def _explain(one: Shown, links: Mapping[str, Link]) -> None:
    """Add what is known of the checks."""
    columns = {column.id: column for column in one.columns}
    stats = {found.id: found for found in one.analysis.checks} if one.analysis else {}
    first = one.analysis.first if one.analysis else ()
    for number, name in enumerate(dict.fromkeys([*stats, *columns]), 1):
        known = stats.get(name)
        reasons = [
            Reason(cause, [links.get(who, Link(who, None)) for who in cause.students])
            for cause in (known.causes if known else ())
        ]
        suspects = [found for found in first if found.check == name]
        one.checks.append(Check(number, columns.get(name), known, reasons, suspects))
    of = {(check.stats.id if check.stats else ""): check for check in one.checks}
    one.first = [(suspect, of.get(suspect.check)) for suspect in first]


def _look(rows: Sequence[Row]) -> list[tuple[Row, str]]:
    found = [(row, row.message) for row in rows if row.status in {"rejected", "ungraded"}]
    found += [(row, "; ".join(row.flags)) for row in rows if row.flags and row.status not in {"rejected", "ungraded"}]
    return found[:_MOST_LISTED]


_TAGS: Final = {
    **STATUSES,
    "late": "late",
    "flagged": "flagged for a look",
    "decided": "decided by hand",
    "unknown": "not on the roster",
}  # fmt: skip


def _filters(rows: Sequence[Row]) -> list[tuple[str, str, int]]:
    found = [tag for row in rows for tag in tags(row)]
    return [(tag, word, found.count(tag)) for tag, word in _TAGS.items() if tag in found]


def _decided(shown: Sequence[Shown]) -> Iterable[tuple[Link, str, str, Override]]:
    for one in shown:
        titles = {column.id: column.title for column in one.columns}
        for row in one.rows:
            for override in row.entry.overrides if row.entry else ():
                what = "the whole score" if override.check is None else titles.get(override.check, override.check)
                yield Link(row.name, row.href), one.title, what, override
