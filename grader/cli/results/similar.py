"""`grader results similar`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE, STORE

if TYPE_CHECKING:
    from pathlib import Path

    from grader.cli.results._pairs import Sheet
    from grader.core.alike import Pair
    from grader.gradebook.similarity import Comparison
    from grader.store import Store

EPILOG: Final = """\b
Examples:
  grader results similar serve-on-3000                    the pairs that are most alike, side by side
  grader results similar serve-on-3000 --threshold 95     only what is nearly the same
  grader results similar serve-on-3000 --limit 3          the first three
  grader results similar serve-on-3000 --json > pairs.json
"""
HINT: Final = (
    "This is a hint for a person, never a verdict: two may be alike because they worked together where they may, "
    "or learned from the same page. Look at both sides, and ask both."
)

SMALL_CLASS: Final = (
    "This class is too small to say what is rare, so no line is marked: right answers are alike by themselves."
)


@click.command(epilog=EPILOG)
@click.argument("exercise", type=EXERCISE)
@click.option(
    "--threshold", type=click.IntRange(1, 100), default=80, show_default=True, metavar="PERCENT",
    help="How much alike two must be.",
)  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="How many pairs to show."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
@STORE
def command(exercise: str, *, threshold: int, limit: int, as_json: bool, store: str | None) -> int:
    """Show pairs of submissions that are suspiciously alike, as a hint for a person.

    What the task and the starter give is left out, and so is what many have. Two of one group are no pair.
    """
    from grader.cli.results import _common
    from grader.gradebook.similarity import author_of, compare, strongest
    from grader.store import open_store

    folder = _folder(exercise)
    with open_store(store, must_exist=True) as opened:
        [name] = _common.exercises(opened, [folder.resolve().name if folder is not None else exercise])
        if folder is None:
            click.echo(f"The folder of {name} isn't here: what its starter gives can't be left out.", err=True)
        found = compare(opened, name, author_of(folder), threshold)
        pairs = strongest(found.pairs)
        if as_json:
            _json(opened, found, pairs[:limit], threshold)
        else:
            _show(opened, found, pairs, threshold, limit)
    return 0


def _folder(exercise: str) -> Path | None:
    from grader.core.errors import UsageError
    from grader.exercise.find import find

    try:
        return find(exercise)
    except UsageError:
        return None


def _json(store: Store, found: Comparison, pairs: list[Pair], threshold: int) -> None:
    """Write one pair per line."""
    from grader.gradebook._sides import side_by_side

    head = {
        "schema": "grader/similar/v1",
        "exercise": found.exercise,
        "hint": f"{HINT} {SMALL_CLASS}" if found.small else HINT,
        "submissions": found.submissions,
        "parties": found.parties,
        "unreadable": found.unreadable,
        "threshold": threshold,
    }
    click.echo(json.dumps(head)[:-1] + ', "pairs": [', nl=False)
    for number, pair in enumerate(pairs):
        rows = [row.model_dump(mode="json") for row in side_by_side(store, pair, found)]
        click.echo(f"{',' if number else ''}\n{json.dumps({**pair.model_dump(mode='json'), 'rows': rows})}", nl=False)
    click.echo("\n]}" if pairs else "]}")


def _show(store: Store, found: Comparison, pairs: list[Pair], threshold: int, limit: int) -> None:
    from grader.cli.results import _common
    from grader.cli.results._pairs import Sheet
    from grader.core.text import one_line

    of = f"{_common.count(found.submissions, 'submission')} for {one_line(found.exercise, 60)}"
    sheet = Sheet()
    if not pairs:
        sheet.words(f"No two of {of} are suspiciously alike (at least {threshold} %).")
        _unreadable(sheet, found)
        return
    shown = f"; the first {limit} are shown, --limit shows more" if len(pairs) > limit else ""
    sheet.words(f"{_common.count(len(pairs), 'pair')} among {of}, at least {threshold} % alike{shown}.")
    _unreadable(sheet, found)
    sheet.words(HINT)
    if found.small:
        sheet.words(SMALL_CLASS)
    else:
        sheet.legend()
    for number, pair in enumerate(pairs[:limit], 1):
        sheet.pair(store, found, pair, number)


def _unreadable(sheet: Sheet, found: Comparison) -> None:
    from grader.cli.results import _common

    if found.unreadable:
        several = _common.count(found.unreadable, "submission")
        sheet.words(f"{several} could not be compared: nothing can be read there but what the exercise gives.")
