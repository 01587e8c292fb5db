"""`grader results choose`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import STORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.handin import Person
    from grader.gradebook.counting import Standing
    from grader.store import Store

EPILOG: Final = """\b
Examples:
  grader results choose ada serve-on-3000              list what Ada has handed in, by number
  grader results choose ada serve-on-3000 17           number 17 counts, whatever comes later
  grader results choose ada serve-on-3000 --withdraw   the last one counts again
"""


@click.command(epilog=EPILOG)
@click.argument("student")
@click.argument("exercise")
@click.argument("handin", required=False, type=int)
@click.option("--withdraw", is_flag=True, help="Let the last hand-in count again.")
@STORE
def command(student: str, exercise: str, handin: int | None, *, withdraw: bool, store: str | None) -> int:
    """Say which hand-in of a student counts, or list them.

    The choice is kept over regrades, until it is withdrawn; `--counts last` and `--counts best` look past it.
    """
    from grader.cli.results import _common
    from grader.core.errors import UsageError
    from grader.gradebook import people
    from grader.gradebook.counting import standings
    from grader.store import open_store

    if withdraw and handin is not None:
        raise UsageError("--withdraw needs no hand-in: leave the number out")
    with open_store(store, must_exist=True) as opened:
        person = people.student(opened, student)
        [name] = _common.exercises(opened, [exercise])
        found = standings(opened, [name], student=person.id).get((name, person.id), [])
        if withdraw:
            none = "" if (name, person.id) in opened.choices() else "Nothing was chosen by hand: "
            opened.choose(name, person.id, None)
            last = "the last" if none else "The last"
            click.echo(f"{none}{last} hand-in of {_common.who(person)} for {name} counts.")
        elif handin is not None:
            _choose(opened, name, person, handin, found)
        else:
            _list(opened, name, person, found)
    return 0


def _choose(store: Store, exercise: str, person: Person, handin: int, found: Sequence[Standing]) -> None:
    from grader.cli.results import _common
    from grader.core.errors import UsageError
    from grader.core.text import one_line

    one = next((one for one in found if one.handin.id == handin), None)
    if one is None:
        numbers = ", ".join(str(each.handin.id) for each in found)
        raise UsageError(
            f"{_common.who(person)} has no hand-in {handin} for {exercise}",
            hint=f"There are: {numbers}." if found else "There is none at all.",
        )
    store.choose(exercise, person.id, handin)
    click.echo(f"Hand-in {handin} of {_common.who(person)} for {exercise} counts: {one_line(one.handin.label)}.")
    if not one.settled:
        click.echo("It has no score yet.")


def _list(store: Store, exercise: str, person: Person, found: Sequence[Standing]) -> None:
    from grader.cli.results import _common, _table

    if not found:
        click.echo(f"{_common.who(person)} has handed in nothing for {exercise}.")
        return
    chosen = store.choices().get((exercise, person.id), found[-1].handin.id)
    _table.show(
        ("", "NUMBER", "HANDED IN", "SCORE", "STATUS", "ATTEMPT", "WORK"),
        [
            (
                "*" if one.handin.id == chosen else "",
                str(one.handin.id),
                _common.when(one.handin.received_at),
                _common.score(one.attempt.score, one.attempt.max_score) if one.attempt is not None else "-",
                one.attempt.status if one.attempt is not None else "ungraded",
                one.attempt.id[:10] if one.attempt is not None else "",
                one.handin.label,
            )
            for one in found
        ],
        flexible=("WORK",),
        right=("NUMBER", "SCORE"),
    )
    how = "chosen by hand" if (exercise, person.id) in store.choices() else "the last one"
    click.echo(f"\n* counts: {how}.")
