"""`grader batch`: many submissions, unattended."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE, STORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.batch.course import Course
    from grader.batch.planned import Plan
    from grader.batch.session import Done, Order, Place
    from grader.exercise.engines import Mode
    from grader.exercise.model import Exercise
    from grader.store import Store

EPILOG: Final = """\b
Examples:
  grader batch serve-on-3000 submissions/               a folder for each student
  grader batch serve-on-3000 submissions.zip            what Canvas or Moodle gave for download
  grader batch serve-on-3000 repos/ --roster class.csv  cloned repositories, with the names of their owners
  grader batch serve-on-3000 repos.csv                  a table of git addresses
  grader batch two-line-image,serve-on-3000 repos/      several exercises in each hand-in
  grader batch course.yaml repos/                       the same, and where each is found
  grader batch serve-on-3000 submissions/ --dry-run     what would be graded, for whom

\b
Given again, the same command goes on where an interrupted one has stopped, and answers from the store what it has
graded already. Exit codes: 0 all passed, 1 graded and something failed or was rejected, 2 wrong usage,
3 something could not be graded, 130 interrupted.
"""
_MOST_JOBS: Final = 256


class _Jobs(click.ParamType[int]):
    name = "jobs"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if value == "auto":
            return 0
        number = int(value) if str(value).isascii() and str(value).isdecimal() else 0
        if not 1 <= number <= _MOST_JOBS:
            self.fail(f"must be auto, or a number from 1 to {_MOST_JOBS}", param, ctx)
        return number


@click.command(epilog=EPILOG)
@click.argument("exercise", type=EXERCISE)
@click.argument("sources", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--layout",
    default="auto",
    metavar="NAME",
    help="How the sources are laid out: auto (which says what it recognised), folders, canvas, moodle, classroom, "
    "urls.  [default: auto]",
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Who is in the class: joins names, ids, groups and extensions.",
)
@click.option(
    "--roster-columns",
    metavar="ROLE=COLUMN,...",
    help="Which of its columns is what, if their names don't tell: id=Matrikelnummer,login=GitHub",
)
@STORE
@click.option("--jobs", type=_Jobs(), default="auto", metavar="N", help="Attempts at the same time.  [default: auto]")
@click.option(
    "--engine",
    type=click.Choice(["isolated", "host"]),
    default="isolated",
    help="Where it runs: isolated are disposable engines that reach nothing, host is your own Docker engine.  "
    "[default: isolated]",
)
@click.option("--fresh", is_flag=True, help="Grade again what has been graded already.")
@click.option("--dry-run", is_flag=True, help="Only show what would be graded, and for whom.")
@click.option("--exit-zero-if-graded", is_flag=True, help="Exit with 0 also when checks failed.")
def command(
    exercise: str,
    sources: tuple[Path, ...],
    *,
    layout: str,
    roster: Path | None,
    roster_columns: str | None,
    store: str | None,
    jobs: int,
    engine: Mode,
    fresh: bool,
    dry_run: bool,
    exit_zero_if_graded: bool,
) -> int:
    """Grade everything that a class has handed in, several at a time, and lose no result.

    EXERCISE is an id or a path; several, with commas between them; or a course.yaml, which says where in a hand-in
    each exercise is. SOURCE is a folder of submissions, a download of a learning platform (a zip, or unpacked), a
    folder of cloned repositories, an archive, or a CSV file with addresses of git repositories.

    Every attempt is written to the store when it has ended: `grader results` shows, corrects and exports them.
    """
    from grader.batch.session import workplace
    from grader.store import open_store

    course, exercises = _exercises(exercise)
    with workplace(clean=not dry_run) as place:
        plan = _plan(sources, layout, exercises, course, roster, roster_columns, place)
        if dry_run:
            from grader.cli._class_report import show_plan

            show_plan(plan)
            return 0
        order = _order(
            plan, exercises, (exercise, *map(str, sources), layout, str(roster)), engine, jobs or None, fresh=fresh
        )
        with open_store(store) as opened:
            for warning in opened.warnings:
                click.echo(f"warning: {warning}", err=True)
            done = _grade(opened, order, place)
            return _report(opened, order, done, store, zero_if_graded=exit_zero_if_graded)


def _exercises(name: str) -> tuple[Course | None, list[Exercise]]:
    from grader.exercise.find import find
    from grader.exercise.load import load

    if name.endswith((".yaml", ".yml")) and Path(name).is_file():
        from grader.batch import course

        read = course.read(Path(name))
        loaded = [load(find(one)) for one in read.names]
        read.fit(loaded)
        return read, loaded
    return None, [load(find(one)) for one in dict.fromkeys(filter(None, name.split(",")))]


def _plan(  # noqa: PLR0917 - everything that says whose work it is
    sources: Sequence[Path],
    layout: str,
    exercises: Sequence[Exercise],
    course: Course | None,
    roster: Path | None,
    columns: str | None,
    place: Place,
) -> Plan:
    from grader.batch import roster as rosters
    from grader.batch.plan import plan
    from grader.batch.sources import read

    if columns is not None and roster is None:
        raise click.UsageError("--roster-columns needs --roster: it says which of its columns is what")
    people = rosters.read(roster, columns) if roster is not None else None
    reading = read(sources, layout, work=place.scratch / "sources")
    for line in reading.said:
        click.echo(line, err=True)
    made = plan(reading.found, exercises, course, people, work=place.scratch / "parts")
    for line in made.said:
        click.echo(line, err=True)
    return made


def _order(
    plan: Plan, exercises: Sequence[Exercise], words: Sequence[str], engine: Mode, jobs: int | None, *, fresh: bool
) -> Order:
    import hashlib
    import json
    import os

    from grader import __version__
    from grader.batch.session import Order

    what = [os.getcwd(), *words, engine, fresh, __version__, *sorted(one.digest for one in exercises)]  # noqa: PTH109 - a word of it
    identity = hashlib.sha256(json.dumps(what).encode()).hexdigest()
    settings = {"exercises": ", ".join(one.id for one in exercises), "sources": ", ".join(words[1:-2])}
    settings |= {"engine": engine, "fresh": str(fresh).lower()}
    return Order(plan, exercises, identity, settings, engine, jobs, fresh)


def _grade(store: Store, order: Order, place: Place) -> Done:
    from grader.backends.local import Local
    from grader.batch.session import grade_class
    from grader.cli._class_progress import watching

    with watching(sys.stderr) as watcher:
        return grade_class(store, order, place, Local, watcher)


def _report(store: Store, order: Order, done: Done, named: str | None, *, zero_if_graded: bool) -> int:
    from grader.cli._class_report import show_done
    from grader.cli.run import INTERRUPTED

    counts = show_done(store, order, done, named)
    if done.stopped and not done.complete:
        return INTERRUPTED
    if counts.ungraded or not done.complete:
        return 3
    return 1 if counts.below and not zero_if_graded else 0
