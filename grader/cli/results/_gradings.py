"""The gradings of a store, as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Collection

    from grader.store import Store
    from grader.store.rows import GradingRow


def show(store: Store, exercises: Collection[str], *, as_json: bool) -> None:
    """List those with hand-ins for any of these exercises, and those with none at all; the newest first."""
    from grader.cli.results import _common, _table

    rows = [(row, counts) for row in store.gradings() if (counts := _counts(store, row, exercises)) is not None]
    if as_json:
        click.echo(json.dumps([_data(row, counts) for row, counts in rows], indent=2))
        return
    if not rows:
        click.echo("Nothing is stored yet: `grader batch` grades submissions.")
        return
    _table.show(
        ("NUMBER", "KIND", "EXERCISES", "STARTED", "FINISHED", "HAND-INS"),
        [
            (
                str(row.id),
                _kind(row),
                ", ".join(counts) or "-",
                _common.when(row.started_at),
                _common.when(row.finished_at) if row.finished_at is not None else "not finished",
                str(sum(counts.values())),
            )
            for row, counts in rows
        ],
        flexible=("EXERCISES",),
        right=("NUMBER", "HAND-INS"),
    )


def _counts(store: Store, row: GradingRow, exercises: Collection[str]) -> dict[str, int] | None:
    """Give how many hand-ins there are by exercise; None where they are all of other exercises."""
    counts: dict[str, int] = {}
    for handin, _, _ in store.items(row.id):
        counts[handin.exercise] = counts.get(handin.exercise, 0) + 1
    return dict(sorted(counts.items())) if not counts or counts.keys() & set(exercises) else None


def _kind(row: GradingRow) -> str:
    return "rescoring" if row.kind == "rescore" else "batch"


def _data(row: GradingRow, counts: dict[str, int]) -> dict[str, object]:
    return {
        "grading": row.id,
        "kind": row.kind,
        "started_at": row.started_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at is not None else None,
        "grader_version": row.grader_version,
        "handins": counts,
    }
