"""`grader results rescore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE, STORE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from grader.core.handin import Person
    from grader.gradebook.counting import Standing
    from grader.gradebook.rescore import Plan
    from grader.store import Store

EPILOG: Final = """\b
Examples:
  grader results rescore serve-on-3000                      after points, visibility or dates were changed
  grader results rescore serve-on-3000 --roster class.csv   extensions were changed, too
  grader results rescore serve-on-3000 --dry-run            only say what would be done
  grader results diff                                       and see whose score is another one now
"""
_NAMED: Final = 5
"""Students that are named where more are meant."""


@click.command(epilog=EPILOG)
@click.argument("exercise", type=EXERCISE)
@click.option("--roster", type=click.Path(path_type=Path), metavar="CSV", help="Read people and extensions anew.")
@click.option("--dry-run", is_flag=True, help="Say what would be rescored, and change nothing.")
@STORE
def command(exercise: str, *, roster: Path | None, dry_run: bool, store: str | None) -> int:
    """Work out new scores from stored outcomes, with the exercise as it is now. Needs no Docker.

    Points, bonus, visibility, feedback, titles, hints, the due date, the late policy and extensions may have been
    changed. Where more was changed, submissions have to be graded again, and are listed with what differs.
    """
    from grader.cli.results import _common
    from grader.exercise.find import find
    from grader.exercise.load import load
    from grader.gradebook.rescore import carry_out, plan
    from grader.store import open_store

    loaded = load(find(exercise))
    people = _people(roster)
    with open_store(store, must_exist=True) as opened:
        _common.exercises(opened, [loaded.id])
        before = _scores(opened, loaded.id)
        if people and not dry_run:
            opened.add_people(people)
            click.echo(f"Read {_common.count(len(people), 'person', 'people')} from {roster}.")
        made = plan(opened, loaded)
        _changes(made)
        number = carry_out(opened, loaded, made) if made.new and not dry_run else None
        _tell(made, number, dry_run=dry_run)
        if number is not None or (people and not dry_run):
            _compare(before, _scores(opened, loaded.id), again=number is not None)
        _refused(made)
    return 0


def _people(roster: Path | None) -> tuple[Person, ...]:
    if roster is None:
        return ()
    from grader.batch.roster import read

    found = read(roster)
    for line in found.said:
        click.echo(line)
    return found.people


def _scores(store: Store, exercise: str) -> Mapping[str, Decimal | None]:
    from grader.gradebook.book import build

    return {entry.student: entry.score for entry in build(store, [exercise], details=False).entries}


def _changes(made: Plan) -> None:
    """Say what is different, with more than one older version of each."""
    found = [each for each in made.changes.values() if not each.grading]
    for changes in dict.fromkeys(found):
        click.echo("What has changed since it was graded:" if len(found) == 1 else "Since one of its versions:")
        for line in changes.scoring or ("nothing that a score depends on",):
            click.echo(f"  {line}")


def _tell(made: Plan, number: int | None, *, dry_run: bool) -> None:
    from grader.cli.results import _common

    parts = []
    if made.new:
        verb = "would be" if dry_run else "are" if len(made.new) > 1 else "is"
        parts.append(f"{_common.count(len(made.new), 'result')} {verb} rescored")
    if made.same:
        parts.append(f"{_common.count(len(made.same), 'result is', 'results are')} of this version already")
    if made.ungraded:
        parts.append(f"{_common.count(len(made.ungraded), 'hand-in has', 'hand-ins have')} no result to rescore")
    prefix = f"Grading {number}: " if number is not None else ""
    if parts:
        click.echo(f"{prefix}{', '.join(parts)}.")
    if not made.new and not made.refused:
        click.echo("There is nothing to rescore.")


def _compare(before: Mapping[str, Decimal | None], after: Mapping[str, Decimal | None], *, again: bool) -> None:
    from grader.cli.results import _common

    changed = sum(before.get(student) != score for student, score in after.items())
    where = "; `grader results diff` says whose" if again and changed else ""
    click.echo(f"{_common.count(changed, 'score has', 'scores have')} changed{where}.")


def _refused(made: Plan) -> None:
    """List what has to be graded again, by what differs."""
    from grader.cli.results import _common

    if not made.refused:
        return
    total = sum(len(found) for found in made.refused.values())
    click.echo(f"\n{_common.count(total, 'result')} can't be rescored, since more than scores was changed:")
    for why, found in made.refused.items():
        for line in why:
            click.echo(f"  {line}")
        click.echo(f"    {_named(found)}")
    click.echo(f"To grade them again: grader batch {made.row.id} SOURCE")


def _named(found: list[Standing]) -> str:
    from grader.core.text import one_line

    students = list(dict.fromkeys(sorted(one_line(one.handin.student, 40) for one in found)))
    more = f" and {len(students) - _NAMED} more" if len(students) > _NAMED else ""
    return ", ".join(students[:_NAMED]) + more
