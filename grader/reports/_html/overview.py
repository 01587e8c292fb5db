"""All exercises of a class side by side: a row per student, a score per exercise, their sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.core.quantities import show_points
from grader.reports._html.rows import STATUSES, tags
from grader.reports._html.tables import Head, escape, heads_of, ranks, text_cell, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports._html.rows import Row
    from grader.reports._html.views import Shown


@dataclass
class Overview:
    """All exercises side by side."""

    heads: list[Head]
    body: Markup
    count: int


def overview(shown: Sequence[Shown]) -> Overview:
    """Put the exercises' scores side by side, one row per student."""
    by_key = [{row.key: row for row in one.rows} for one in shown]
    first = {row.key: row for one in reversed(shown) for row in reversed(one.rows)}
    people = list(dict.fromkeys(row.key for one in shown for row in one.rows))
    rows = [first[key] for key in people]
    heads = [head for head in heads_of(rows) if head.id in {"name", "id", "section", "group"}]
    columns = [ranks(text_of(row, head) for row in rows) for head in heads]
    lines = []
    for place, (key, row) in enumerate(zip(people, rows, strict=True)):
        own = [found.get(key) for found in by_key]
        scores = [one.score if one else None for one in own]
        total = sum((score for score in scores if score is not None), Decimal(0))
        cells = "".join(_plain_cell(row, head, own) for head in heads) + "".join(_score_cell(one) for one in own)
        data = [
            *(str(column[place]) for column in columns),
            *("-" if score is None else f"{score:f}" for score in scores),
        ]
        text = escape(" ".join(word.casefold() for word in (row.key, row.name) if word))
        found = " ".join(dict.fromkeys(tag for one in own if one for tag in tags(one)))
        lines.append(
            f'<tr data-n="{place}" data-t="{found}" data-q="{text}" data-k="{" ".join([*data, f"{total:f}"])}">'
            f'{cells}<td class="r total">{show_points(total)}</td></tr>\n'
        )
    made = Markup("".join(lines))  # noqa: S704 - made of escaped parts
    tasks = [Head(f"x{one.number}", one.title, numeric=True) for one in shown]
    return Overview([*heads, *tasks, Head("total", "Sum", numeric=True)], made, len(rows))


def _plain_cell(row: Row, head: Head, own: Sequence[Row | None]) -> str:
    if head.id == "name":
        href = next((one.href for one in own if one and one.href), None)
        name = escape(row.name)
        inner = (
            f'<a class="student" href="{escape(href)}">{name}</a>' if href else f'<span class="student">{name}</span>'
        )
        return f'<th scope="row" class="who">{inner}</th>'
    return text_cell(text_of(row, head))


def _score_cell(row: Row | None) -> str:
    if row is None or row.score is None:
        word = STATUSES[row.status] if row else ""
        return f'<td class="q st-{row.status if row else "missing"}">{word}</td>'
    share = row.score / row.max_score if row.max_score else Decimal(0)
    level = min(4, int(share * 5)) if share < 1 else 5
    text, most = (
        show_points(row.score),
        f'<span class="of">/{show_points(row.max_score)}</span>' if row.max_score else "",
    )
    inner = f'<a href="{escape(row.href)}">{text}{most}</a>' if row.href else f"{text}{most}"
    return f'<td class="q q{level}">{inner}</td>'
