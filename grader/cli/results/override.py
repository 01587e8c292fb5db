"""`grader results override`."""

from __future__ import annotations

import getpass
import os
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from grader.cli.options import STORE

if TYPE_CHECKING:
    from grader.core.handin import Person
    from grader.store import Store

EPILOG: Final = """\b
Examples:
  grader results override                                   list what was decided by hand
  grader results override ada serve-on-3000 --score 7.5 --reason "shown to me in the lab"
  grader results override ada serve-on-3000 --check answers --points 2 --reason "right, but for a typo"
  grader results override ada serve-on-3000 --withdraw      what was graded counts again
"""
_MOST: Final = Decimal(1_000_000)


@click.command(epilog=EPILOG)
@click.argument("student", required=False)
@click.argument("exercise", required=False)
@click.option("--score", metavar="POINTS", help="The final score: nothing is taken off it for lateness.")
@click.option("--check", metavar="ID", help="One check, instead of the score.")
@click.option("--points", metavar="POINTS", help="What the check is worth, from 0 to its own points.")
@click.option("--reason", metavar="TEXT", help="Why; it is kept, and students don't see it.")
@click.option("--author", metavar="NAME", help="Who decides.  [default: your user name]")
@click.option("--withdraw", is_flag=True, help="Take a decision back.")
@STORE
def command(
    student: str | None,
    exercise: str | None,
    *,
    score: str | None,
    check: str | None,
    points: str | None,
    reason: str | None,
    author: str | None,
    withdraw: bool,
    store: str | None,
) -> int:
    """Decide a score, or what one check is worth, by hand; or list what was decided.

    A decision is kept over regrades and rescoring, until it is withdrawn or another one takes its place.
    """
    from grader.cli.results import _common
    from grader.gradebook import people
    from grader.store import open_store

    whose = student is not None and exercise is not None
    deciding = score if score is not None else points
    _refuse(_Asked(whose, score, check, points, reason), withdraw=withdraw)
    value = _points(deciding) if deciding is not None else Decimal(0)
    with open_store(store, must_exist=True) as opened:
        person = people.student(opened, student) if student is not None else None
        names = _common.exercises(opened, [exercise] if exercise is not None else [])
        if person is None or (deciding is None and not withdraw):
            _list(opened, person, names)
        elif withdraw:
            done = opened.withdraw_override(exercise=names[0], student=person.id, check=check)
            what = f"check '{done.check}'" if done.check is not None else "the score"
            click.echo(f"What was graded counts again for {what} of {_common.who(person)} in {names[0]}.")
        else:
            _bounded(opened, names[0], person, check, value)
            opened.add_override(
                exercise=names[0],
                student=person.id,
                check=check,
                points=value,
                reason=reason or "",
                author=author or _user(),
            )
            _tell(opened, names[0], person)
    return 0


class _Asked(NamedTuple):
    whose: bool
    """Whether student and exercise are named."""
    score: str | None
    check: str | None
    points: str | None
    reason: str | None


def _refuse(asked: _Asked, *, withdraw: bool) -> None:
    """Raise UsageError for options that make no sense together."""
    from grader.core.errors import UsageError

    whose, score, check, points, reason = asked
    deciding = score is not None or points is not None
    if (deciding or withdraw or check is not None) and not whose:
        raise UsageError("whose score, in which exercise?", hint="grader results override STUDENT EXERCISE …")
    if withdraw and (deciding or reason is not None):
        raise UsageError("--withdraw goes with --check ID at the most")
    if score is not None and (check is not None or points is not None):
        raise UsageError("--score is for all of it, --check and --points for one check", hint="Give one or the other.")
    if not withdraw and (check is None) != (points is None):
        raise UsageError("--check ID and --points POINTS go together")
    if deciding and not (reason or "").strip():
        raise UsageError("a decision needs a reason", hint="Add --reason TEXT: it is kept with it.")
    if not deciding and not withdraw and reason is not None:
        raise UsageError("what is decided?", hint="Add --score POINTS, or --check ID --points POINTS.")


def _points(text: str) -> Decimal:
    from grader.core.errors import UsageError
    from grader.core.text import quoted

    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= _MOST or value != value.quantize(Decimal("0.0001")):
        raise UsageError(f"{quoted(text, 40)} is no number of points", hint="Write for example 7 or 7.5.")
    return value


def _bounded(store: Store, exercise: str, person: Person, check: str | None, points: Decimal) -> None:
    """Refuse more than there is to be had, and checks that there are not."""
    from grader.core.errors import UsageError
    from grader.core.quantities import show_points
    from grader.core.text import did_you_mean, quoted
    from grader.gradebook.book import build

    book = build(store, [exercise], student=person.id, details=False)
    entry = book.entries[0] if book.entries else None
    result = store.result(entry.attempt) if entry is not None and entry.attempt is not None else None
    if check is None:
        known = store.latest_exercise(exercise)
        file = known.file if known is not None else {}
        bonus = sum(Decimal(str(one.get("points", 1))) for one in file.get("checks", ()) if one.get("bonus"))
        found = (
            (result.max_score or Decimal(0)) + sum((one.max_points for one in result.checks if one.bonus), Decimal(0))
            if result is not None
            else Decimal(0)
        )
        most = max((book.tasks[0].max_score if book.tasks else Decimal(0)) + bonus, found)
        if points > most:
            raise UsageError(f"{exercise} has {show_points(most)} points at the most, bonus included")
        return
    if result is None or not result.checks:
        raise UsageError(
            f"{person.id} has no result for {exercise} in which a check could be changed", hint="Use --score."
        )
    one = next((each for each in result.checks if each.id == check), None)
    if one is None:
        ids = [each.id for each in result.checks]
        raise UsageError(f"there is no check {quoted(check)} in {exercise}{did_you_mean(check, ids)}")
    if points > one.max_points:
        raise UsageError(f"check '{check}' is worth {show_points(one.max_points)} points at the most")


def _user() -> str:
    try:
        return os.environ.get("USER") or getpass.getuser()
    except (OSError, KeyError):
        return ""


def _tell(store: Store, exercise: str, person: Person) -> None:
    from grader.cli.results import _common
    from grader.gradebook.book import build

    book = build(store, [exercise], student=person.id, details=False)
    entry = book.entries[0]
    click.echo(f"{_common.who(person)} has {_common.score(entry.score, entry.max_score)} in {exercise} now.")


def _list(store: Store, person: Person | None, exercises: list[str]) -> None:
    from grader.cli.results import _common, _table

    rows = [
        row for row in store.overrides() if row.exercise in exercises and (person is None or row.student == person.id)
    ]
    if not rows:
        click.echo("Nothing was decided by hand.")
        return
    _table.show(
        ("STUDENT", "EXERCISE", "WHAT", "POINTS", "BY", "WHEN", "REASON"),
        [
            (
                row.student,
                row.exercise,
                f"check {row.check}" if row.check is not None else "score",
                _common.score(row.points, None),
                row.author,
                _common.when(row.at),
                row.reason,
            )
            for row in rows
        ],
        flexible=("REASON", "EXERCISE", "STUDENT", "BY"),
        right=("POINTS",),
    )
