"""Rows of a class's tables: what stands in them, and what they are sorted and found by.

A class of thousands has tens of thousands of cells. They are put together here and not by a template, each kind of
cell once; whatever comes from results or people goes through `escape`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from markupsafe import escape as _escape

from grader.core.quantities import show_points
from grader.core.result import Outcome
from grader.core.text import clean, one_line
from grader.reports._html.ledger import ORDER
from grader.reports._html.rows import STATUSES, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.reports._html.ledger import Column, Mark
    from grader.reports._html.rows import Row

SIGNS: Final = {
    Outcome.PASSED: ("p", "✓", "passed"),
    Outcome.FAILED: ("f", "✗", "failed"),
    Outcome.SKIPPED: ("s", "\N{EN DASH}", "not looked at"),
    Outcome.ERROR: ("e", "!", "not counted"),
    Outcome.WITHHELD: ("w", "…", "not run yet"),
}
"""Of each outcome: a class, a sign and a word."""
_SHORT: Final = 12
"""Characters of a name for which there is always room; a longer one may be cut off, and is whole in its title."""
_RANKS: Final = {"rejected": 0, "ungraded": 1, "missing": 2, "graded": 3}


@dataclass(frozen=True, slots=True)
class Head:
    """A column that says something of the student."""

    id: str
    title: str
    numeric: bool = False


def heads_of(rows: Sequence[Row]) -> list[Head]:
    """Choose the columns that this class needs."""
    people = [row.person for row in rows if row.person is not None]
    heads = [Head("name", "Student")]
    if any(row.person and row.person.name and row.person.name != row.key for row in rows):
        heads.append(Head("id", "Id"))
    if any(person.section for person in people):
        heads.append(Head("section", "Section"))
    if any(person.group for person in people):
        heads.append(Head("group", "Group"))
    heads += [Head("status", "Status"), Head("score", "Score", numeric=True)]
    if any(row.late for row in rows):
        heads.append(Head("late", "Late", numeric=True))
    if any(row.entry is not None for row in rows):
        heads.append(Head("attempts", "Tries", numeric=True))
    return heads


def body(rows: Sequence[Row], heads: Sequence[Head], columns: Sequence[Column]) -> Markup:
    """Write the rows of an exercise's table."""
    keys = [_keys(rows, head) for head in heads]
    cells = _Cells(columns)
    makers = [_MAKERS[head.id] for head in heads]
    written = []
    for row in rows:
        marks = row.kept.marks if row.kept else ()
        own = [str(column[row.number]) for column in keys]
        shown = "".join([make(row) for make in makers])
        found, ranks = cells.of(row, marks)
        data = " ".join([*own, ranks]) if ranks else " ".join(own)
        written.append(f'<tr{_finding(row)} data-k="{data}">{shown}{found}</tr>\n')
    return Markup("".join(written))  # noqa: S704 - made of escaped parts


class _Cells:
    """The cells of checks, each kind of them written once."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._known: dict[Mark, str] = {}
        self._empty = '<td class="h n"></td>'
        self._rows: dict[tuple[Mark, ...], tuple[str, str]] = {}

    def of(self, row: Row, marks: tuple[Mark, ...]) -> tuple[str, str]:
        """Give the cells of a row, and what they are sorted by."""
        decided = {one.check: one for one in row.entry.overrides if one.check} if row.entry else {}
        if not decided and marks in self._rows:
            return self._rows[marks]
        cells, ranks = [self._empty] * len(self._columns), ["-"] * len(self._columns)
        for mark in marks:
            at = mark.column
            cells[at] = self._cell(mark)
            ranks[at] = str(ORDER.index(mark.outcome))
            if (override := decided.get(self._columns[at].id)) is not None:
                title = f"{self._columns[at].title}: decided by hand, {show_points(override.points)} points"
                cells[at] = f'<td class="h o" title="{escape(title)}">✎</td>'
        made = "".join(cells), " ".join(ranks)
        if not decided:
            self._rows[marks] = made
        return made

    def _cell(self, mark: Mark) -> str:
        if mark not in self._known:
            short, sign, word = SIGNS[mark.outcome]
            points = f", {show_points(mark.points)} of {show_points(mark.max_points)}" if mark.max_points else ""
            title = escape(f"{self._columns[mark.column].title}: {word}{points}")
            self._known[mark] = f'<td class="h {short}" title="{title}" aria-label="{word}">{sign}</td>'
        return self._known[mark]


def escape(text: str) -> str:
    """Make text fit for an element or an attribute in double quotes."""
    return str(_escape(clean(text)))


def _finding(row: Row) -> str:
    person = row.person
    words = [row.key, *((person.name, person.login, person.email, person.section, person.group) if person else ())]
    text = one_line(" ".join(dict.fromkeys(word.casefold() for word in words if word)), 400)
    detail = "" if row.detail is None else f' data-d="{row.detail}"'
    return f' data-n="{row.number}"{detail} data-t="{" ".join(tags(row))}" data-q="{escape(text)}"'


def _name(row: Row) -> str:
    text, tag = escape(row.name), "" if row.on_roster else ' <span class="tag" title="not on the roster">?</span>'
    whole = f' title="{text}"' if len(row.name) > _SHORT else ""
    inner = (
        f'<a class="student" href="{escape(row.href)}"{whole}>{text}</a>'
        if row.href
        else f'<span class="student"{whole}>{text}</span>'
    )
    flag = f' <span class="tag flag" title="{escape("; ".join(row.flags))}">⚑</span>' if row.flags else ""
    return f'<th scope="row" class="who">{inner}{tag}{flag}</th>'


def _status(row: Row) -> str:
    title = f' title="{escape(one_line(row.message, 300))}"' if row.message else ""
    return f'<td class="st st-{row.status}"{title}>{STATUSES[row.status]}</td>'


def _score(row: Row) -> str:
    if row.score is None:
        return '<td class="r"><span class="muted">none</span></td>'
    most = f'<span class="of">/{show_points(row.max_score)}</span>' if row.max_score is not None else ""
    by_hand = any(one.check is None for one in row.entry.overrides) if row.entry else False
    sign = ' <span class="tag" title="decided by hand">✎</span>' if by_hand else ""
    return f'<td class="r">{show_points(row.score)}{most}{sign}</td>'


def _late(row: Row) -> str:
    if not row.late or row.entry is None:
        return '<td class="r"></td>'
    percent = row.entry.late_percent
    taken = f"{show_points(percent)} % are taken off" if percent else "nothing is taken off"
    return f'<td class="r" title="{taken}">{span(row.late)}</td>'


def span(seconds: int) -> str:
    """Write how late something is, short enough for a table."""
    days, hours, minutes = seconds // 86400, seconds // 3600, -(-seconds // 60)
    if days:
        return f"{days} d {seconds % 86400 // 3600} h"
    return f"{hours} h {seconds % 3600 // 60} min" if hours else f"{minutes} min"


def _text(kind: str) -> Callable[[Row], str]:
    def made(row: Row) -> str:
        return text_cell(text_of(row, head))

    head = Head(kind, "")
    return made


def text_cell(text: str) -> str:
    """Write a cell with words of a student's."""
    return f'<td class="t student">{escape(one_line(text, 60))}</td>'


_MAKERS: Final[dict[str, Callable[[Row], str]]] = {
    "name": _name, "id": _text("id"), "section": _text("section"), "group": _text("group"),
    "status": _status, "score": _score, "late": _late,
    "attempts": lambda row: f'<td class="r">{row.entry.attempts if row.entry else ""}</td>',
}  # fmt: skip


def _keys(rows: Sequence[Row], head: Head) -> list[object]:
    """Give what a column is sorted by: numbers; `-` for nothing, which always comes last."""
    figures: dict[str, Callable[[Row], object]] = {
        "status": lambda row: _RANKS[row.status],
        "score": lambda row: "-" if row.score is None else f"{row.score:f}",
        "late": lambda row: row.late,
        "attempts": lambda row: row.entry.attempts if row.entry else "-",
    }
    if head.id in figures:
        return [figures[head.id](row) for row in rows]
    return ranks(text_of(row, head) for row in rows)


def text_of(row: Row, head: Head) -> str:
    """Give what a column of words says of a student."""
    if head.id == "name":
        return row.name
    return row.key if head.id == "id" else getattr(row.person, head.id, "")


def ranks(texts: Iterable[str]) -> list[object]:
    """Give each text its place among all, numbers in them taken as such; the same text has the same place."""
    keys = [_natural(text) for text in texts]
    places = {key: place for place, key in enumerate(sorted({key for key in keys if key}))}
    return [places.get(key, "-") for key in keys]


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    parts: list[tuple[int, int, str]] = []
    word, digits = "", ""
    for char in text.casefold():
        if char in "0123456789":
            digits += char
            if word:
                parts, word = [*parts, (1, 0, word)], ""
            continue
        if digits:
            parts, digits = [*parts, (0, int(digits[:18]), digits)], ""
        word += char
    if word:
        parts.append((1, 0, word))
    if digits:
        parts.append((0, int(digits[:18]), digits))
    return tuple(parts)
