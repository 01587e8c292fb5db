"""`grader results diff`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import STORE

if TYPE_CHECKING:
    from grader.gradebook.diff import Changed, Diff

EPILOG: Final = """\b
Examples:
  grader results diff                              the last two gradings
  grader results diff --exercise serve-on-3000     the last two of one exercise
  grader results diff 3 latest                     from number 3 to the newest
"""


@click.command(epilog=EPILOG)
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--exercise", metavar="ID", help="Only this exercise.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
@STORE
def command(old: str | None, new: str | None, *, exercise: str | None, as_json: bool, store: str | None) -> int:
    """Compare two gradings of a class: whose score or status changed, and why.

    OLD and NEW are numbers, or latest or previous. What was decided by hand counts on both sides.
    """
    from grader.cli.results import _common
    from grader.core.errors import UsageError
    from grader.gradebook.diff import diff, last_two
    from grader.store import open_store

    if old is not None and new is None:
        raise UsageError("it takes two gradings to compare", hint="grader results diff OLD NEW")
    with open_store(store, must_exist=True) as opened:
        name = _common.exercises(opened, [exercise])[0] if exercise is not None else None
        if old is not None and new is not None:
            pair = _common.grading(opened, old), _common.grading(opened, new)
        else:
            pair = last_two(opened, name)
        found = diff(opened, *pair, name)
    if as_json:
        click.echo(json.dumps(_data(found), indent=2))
    else:
        _show(found)
    return 0


def _show(found: Diff) -> None:
    from grader.cli.results import _common
    from grader.core.text import one_line

    for word, row in (("From", found.old), ("To", found.new)):
        kind = "rescoring" if row.kind == "rescore" else "batch"
        unfinished = "" if row.finished_at is not None else ", not finished"
        click.echo(
            f"{word.ljust(5)} grading {row.id}: {kind} of {_common.when(row.started_at)}, grader {row.grader_version}"
            f"{unfinished}"
        )
    for name, changes in found.versions.items():
        click.echo(f"\nThe exercise {name} was changed in between:")
        for change in (*changes.scoring, *changes.grading) or ("no more is known of it",):
            click.echo(f"  {change}")
    if found.changed:
        click.echo()
    for one in found.changed:
        click.echo(
            f"{click.style(_common.who(one.person), bold=True)}, {one.before.exercise}: "
            f"{_standing(one, before=True)} -> {_standing(one, before=False)}"
        )
        for why in one.why:
            click.echo(f"    {one_line(why, 300)}")
    click.echo(f"\n{len(found.changed)} changed, {found.unchanged} unchanged{_only(found)}.")


def _only(found: Diff) -> str:
    parts = [(found.only_old, f"only in grading {found.old.id}"), (found.only_new, f"only in grading {found.new.id}")]
    return "".join(f", {number} {where}" for number, where in parts if number)


def _standing(one: Changed, *, before: bool) -> str:
    from grader.cli.results import _common

    entry = one.before if before else one.after
    return entry.status if entry.score is None else _common.score(entry.score, entry.max_score)


def _data(found: Diff) -> dict[str, object]:
    return {
        "old": found.old.id,
        "new": found.new.id,
        "versions": {name: [*one.scoring, *one.grading] for name, one in found.versions.items()},
        "changed": [
            {
                "student": one.before.student,
                "name": one.person.name,
                "exercise": one.before.exercise,
                "before": one.before.model_dump(mode="json", include={"status", "score", "max_score", "attempt"}),
                "after": one.after.model_dump(mode="json", include={"status", "score", "max_score", "attempt"}),
                "why": list(one.why),
            }
            for one in found.changed
        ],
        "unchanged": found.unchanged,
        "only_old": found.only_old,
        "only_new": found.only_new,
    }
