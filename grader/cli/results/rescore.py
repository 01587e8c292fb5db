"""`grader results rescore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE, STORE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.gradebook import Entry
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
_LISTED: Final = 20
"""Students whose scores are listed."""
_REFUSED: Final = 2
"""What the command ends with when nothing could be rescored."""


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
    from grader.core.text import one_line
    from grader.exercise.find import find
    from grader.exercise.load import FILE, load
    from grader.gradebook.rescore import carry_out, plan
    from grader.store import open_store

    loaded = load(find(_no_course(exercise)))
    people = _people(roster)
    with open_store(store, must_exist=True) as opened:
        _common.exercises(opened, [loaded.id])
        click.echo(f"Rescoring with {one_line(str(loaded.folder.resolve() / FILE), 300)}.")
        if people and not dry_run:
            before = _entries(opened, loaded.id)
            opened.add_people(people)
            click.echo(f"Read {_common.count(len(people), 'person', 'people')} from {roster}.")
            _extended(opened, before, _entries(opened, loaded.id))
        made = plan(opened, loaded)
        _changes(made)
        before = _entries(opened, loaded.id) if made.new and not dry_run else {}
        number = carry_out(opened, loaded, made) if made.new and not dry_run else None
        _tell(made, number, dry_run=dry_run)
        if number is not None:
            changed = len(_changed(before, _entries(opened, loaded.id)))
            where = "; `grader results diff` says whose" if changed else ""
            click.echo(f"{_common.count(changed, 'score has', 'scores have')} changed{where}.")
        _refused(made, exercise)
    return _REFUSED if made.refused and not made.new else 0


def _no_course(exercise: str) -> str:
    """Refuse a course.yaml. Raises UsageError."""
    from grader.core.errors import UsageError
    from grader.core.text import quoted
    from grader.exercise.load import FILE

    path = Path(exercise)
    if path.suffix in {".yaml", ".yml"} and path.name != FILE and path.is_file():
        raise UsageError(
            f"{quoted(exercise)} is no exercise",
            hint="Dates of a course.yaml come with `grader batch course.yaml SOURCE`, which answers what has been "
            "graded from the store, without Docker.",
        )
    return exercise


def _people(roster: Path | None) -> tuple[Person, ...]:
    if roster is None:
        return ()
    from grader.batch.roster import read

    found = read(roster)
    for line in found.said:
        click.echo(line)
    return found.people


def _entries(store: Store, exercise: str) -> Mapping[str, Entry]:
    from grader.gradebook.book import build

    return {entry.student: entry for entry in build(store, [exercise], details=False).entries}


def _changed(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    """Name those who have another score, or one out of another maximum: as `grader results diff` does."""

    def worth(entry: Entry | None) -> object:
        return (entry.score, entry.max_score) if entry is not None else (None, None)

    return [student for student, entry in after.items() if worth(entry) != worth(before.get(student))]


def _extended(store: Store, before: Mapping[str, Entry], after: Mapping[str, Entry]) -> None:
    """List whose score is another one by what the roster says; there is no grading of it that could be compared."""
    from grader.cli.results import _common
    from grader.core.handin import Person

    changed = _changed(before, after)
    if not changed:
        click.echo("No score has changed by extensions.")
        return
    click.echo(f"{_common.count(len(changed), 'score has', 'scores have')} changed by extensions:")
    people = {person.id: person for person in store.people()}
    for student in changed[:_LISTED]:
        old, new = before.get(student), after[student]
        was = _common.score(old.score, old.max_score) if old is not None else "-"
        now = _common.score(new.score, new.max_score)
        click.echo(f"  {_common.who(people.get(student) or Person(id=student))}: {was} -> {now}")
    if len(changed) > _LISTED:
        click.echo(f"  and {len(changed) - _LISTED} more")


def _changes(made: Plan) -> None:
    """Say what is different, with more than one older version of each."""
    found = [each for each in made.changes.values() if not each.grading]
    for changes in dict.fromkeys(found):
        click.echo("What has changed since it was graded:" if len(found) == 1 else "Since one of its versions:")
        for line in changes.scoring or ("nothing that a score depends on",):
            click.echo(f"  {line}")
    if any(each.only_dates for each in found):
        click.echo("Only dates differ: if they came from another folder or from a course.yaml, use that one instead.")


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


def _refused(made: Plan, exercise: str) -> None:
    """List what has to be graded again, by what differs."""
    import shlex

    from grader.cli.results import _common

    if not made.refused:
        return
    total = sum(len(found) for found in made.refused.values())
    click.echo(f"\n{_common.count(total, 'result')} can't be rescored, since more than scores was changed:")
    for why, found in made.refused.items():
        for line in why:
            click.echo(f"  {line}")
        click.echo(f"    {_named(found)}")
    click.echo(f"To grade them again: grader batch {shlex.quote(exercise)} SOURCE")


def _named(found: list[Standing]) -> str:
    from grader.core.text import one_line

    students = list(dict.fromkeys(sorted(one_line(one.handin.student, 40) for one in found)))
    more = f" and {len(students) - _NAMED} more" if len(students) > _NAMED else ""
    return ", ".join(students[:_NAMED]) + more
