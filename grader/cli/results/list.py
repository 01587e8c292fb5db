"""`grader results list`."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import STORE
from grader.cli.results._common import COUNTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.core.gradebook import Entry, Gradebook
    from grader.core.handin import Person
    from grader.gradebook.counting import Counts
    from grader.store import Store

EPILOG: Final = """\b
Examples:
  grader results list                              everybody, in all exercises
  grader results list --status ungraded            who has no score yet, and why
  grader results list --check answers=failed       who failed this check
  grader results list --score '<5' --late          few points, and late
  grader results list --flagged                    what a person should look at
  grader results list --student love                whose name, or part of it, begins like this
  grader results list --gradings                   batches and rescorings, by number
  grader results list --exercise serve-on-3000 --json > scores.json
"""
_HEADS: Final = ("STUDENT", "NAME", "EXERCISE", "SCORE", "STATUS", "LATE", "ATTEMPT", "FLAGS")
_COLOURS: Final = {"rejected": "red", "ungraded": "magenta", "missing": "yellow"}
_SHORT: Final = 10
"""Characters of an attempt's id: enough to find it by."""


@click.command(epilog=EPILOG)
@click.option("--exercise", "exercises", multiple=True, metavar="ID", help="Only this exercise. Repeat for several.")
@click.option("--student", metavar="NAME", help="Only this student: id, login, email, name, or its beginning.")
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice(["graded", "rejected", "ungraded", "missing"]),
    help="Only who stands like this. Repeat for several.",
)  # fmt: skip
@click.option(
    "--check", metavar="ID[=OUTCOME]",
    help="Only where this check is passed, failed, skipped, error or withheld; without an outcome: is not passed.",
)  # fmt: skip
@click.option("--score", metavar="RANGE", help="Only scores such as '<5', '>=8', '5..8' or '10'.")
@click.option("--flagged", is_flag=True, help="Only what a person should look at, with the reasons whole.")
@click.option("--late", is_flag=True, help="Only what was handed in late.")
@click.option("--grading", metavar="N", help="As one grading found it: its number, latest or previous.")
@click.option("--gradings", is_flag=True, help="List gradings instead, for --grading and `grader results diff`.")
@COUNTS
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
@STORE
def command(
    *,
    exercises: tuple[str, ...],
    student: str | None,
    statuses: tuple[str, ...],
    check: str | None,
    score: str | None,
    flagged: bool,
    late: bool,
    grading: str | None,
    gradings: bool,
    counts: Counts,
    as_json: bool,
    store: str | None,
) -> int:
    """List who has which score, and what is in the way of the others'."""
    from grader.cli.results import _common, _gradings
    from grader.gradebook import people
    from grader.gradebook.book import build
    from grader.store import open_store

    fits = _range(score) if score is not None else None
    wanted = _outcome(check) if check is not None else None
    with open_store(store, must_exist=True) as opened:
        names = _common.exercises(opened, exercises)
        if gradings:
            _gradings.show(opened, names, as_json=as_json)
            return 0
        wanted_people = people.like(opened, student) if student is not None else []
        book = build(
            opened,
            names,
            counts,
            gradings=[_common.grading(opened, grading).id] if grading is not None else None,
            student=wanted_people[0].id if len(wanted_people) == 1 else None,
        )
        whom = {person.id for person in wanted_people}
        entries: list[Entry] = [
            one
            for one in book.entries
            if (not whom or one.student in whom)
            and (not statuses or one.status in statuses)
            and (fits is None or (one.score is not None and fits(one.score)))
            and (not flagged or one.flags)
            and (not late or one.late_seconds)
        ]
        has_roster = people.has_roster(opened)
        if wanted is not None:
            entries = list(_checked(opened, entries, *wanted))
    if as_json:
        _json(book, entries)
    else:
        _show(book, entries, flagged=flagged, has_roster=has_roster)
    return 0


def _range(text: str) -> Callable[[Decimal], bool]:
    """Read `<5`, `<=5`, `>8`, `>=8`, `5..8`, `=7`, `7`. Raises UsageError."""
    from grader.core.errors import UsageError

    tests: dict[str, Callable[[Decimal, Decimal], bool]] = {
        "<=": lambda one, other: one <= other,
        ">=": lambda one, other: one >= other,
        "<": lambda one, other: one < other,
        ">": lambda one, other: one > other,
        "=": lambda one, other: one == other,
    }
    plain = text.replace(" ", "")
    try:
        if ".." in plain:
            least, most = (_number(part) for part in plain.split("..", 1))
            return lambda score: least <= score <= most
        sign = next((sign for sign in tests if plain.startswith(sign)), "")
        value = _number(plain.removeprefix(sign))
    except InvalidOperation:
        raise UsageError(f"'{text}' is no range of scores", hint="Write '<5', '>=8', '5..8' or '10'.") from None
    return lambda score: tests[sign or "="](score, value)


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise InvalidOperation
    return value


def _outcome(text: str) -> tuple[str, str]:
    """Read `answers=failed`. Raises UsageError."""
    from grader.core.errors import UsageError
    from grader.core.result import Outcome
    from grader.core.text import quoted

    name, _, outcome = text.partition("=")
    if outcome and outcome not in set(Outcome):
        raise UsageError(f"{quoted(outcome)} is no outcome of a check", hint=f"There are: {', '.join(Outcome)}.")
    return name, outcome


def _checked(store: Store, entries: Sequence[Entry], name: str, outcome: str) -> Iterable[Entry]:
    """Keep entries whose check had an outcome. Raises UsageError if no result has such a check."""
    from grader.core.errors import UsageError
    from grader.core.result import Outcome
    from grader.core.text import did_you_mean, quoted

    of: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.attempt is not None:
            of.setdefault(entry.attempt, []).append(entry)
    known: set[str] = set()
    found: set[str] = set()
    for attempt, result in store.results(of):
        for check in result.checks:
            known.add(check.id)
            if check.id == name and (check.outcome == outcome if outcome else check.outcome is not Outcome.PASSED):
                found.add(attempt)
    if known and name not in known:
        raise UsageError(f"no result here has a check {quoted(name)}{did_you_mean(name, sorted(known))}")
    return [entry for entry in entries if entry.attempt in found]


def _json(book: Gradebook, entries: Sequence[Entry]) -> None:
    """Write one entry per line, with who it is of."""
    people = {person.id: person for person in book.people}
    for number, entry in enumerate(entries):
        person = people[entry.student]
        whole = {**entry.model_dump(mode="json"), "name": person.name, "on_roster": person.on_roster}
        click.echo(f"{',' if number else '['}\n{json.dumps(whole)}", nl=False)
    click.echo("\n]" if entries else "[]")


def _show(book: Gradebook, entries: Sequence[Entry], *, flagged: bool, has_roster: bool) -> None:
    from grader.cli.results import _table
    from grader.core.text import clean

    if not entries:
        click.echo("Nothing matches." if book.entries else "Nothing is stored yet: `grader batch` grades submissions.")
        return
    people = {person.id: person for person in book.people}
    below = flagged or _table.narrow()
    heads = _HEADS[:-1] if below else _HEADS
    rows = [_row(entry, people[entry.student], has_roster=has_roster) for entry in entries]
    _table.show(
        heads,
        [row[: len(heads)] for row in rows],
        flexible=("NAME", "STUDENT", "EXERCISE") if below else ("NAME", "FLAGS", "STUDENT", "EXERCISE"),
        right=("SCORE",),
        colours=_COLOURS,
        below=[clean(row[-1]) for row in rows] if below else (),
    )
    click.echo()
    _table.paragraph(_summary(entries))


def _row(entry: Entry, person: Person, *, has_roster: bool) -> tuple[str, ...]:
    from grader.cli.results import _common

    flags = list(entry.flags)
    if entry.overrides:
        flags.insert(0, "decided by hand")
    if entry.status in {"ungraded", "rejected"} and entry.message:
        flags.insert(0, entry.message)
    stranger = has_roster and not person.on_roster
    name = f"{person.name} (not on the roster)".strip() if stranger else person.name
    return (
        entry.student,
        name,
        entry.exercise,
        _common.score(entry.score, entry.max_score),
        entry.status,
        _common.late(entry),
        (entry.attempt or "")[:_SHORT],
        "; ".join(flags),
    )


def _summary(entries: Sequence[Entry]) -> str:
    from grader.cli.results import _common

    counts = Counter(entry.status for entry in entries)
    parts = [f"{counts[status]} {status}" for status in ("graded", "rejected", "ungraded", "missing") if counts[status]]
    for word, number in (
        ("late", sum(entry.late_seconds > 0 for entry in entries)),
        ("flagged", sum(bool(entry.flags) for entry in entries)),
        ("decided by hand", sum(bool(entry.overrides) for entry in entries)),
    ):
        parts += [f"{number} {word}"] if number else []
    students = len({entry.student for entry in entries})
    of = len({entry.exercise for entry in entries})
    return f"{_common.count(students, 'student')}, {_common.count(of, 'exercise')}: {', '.join(parts)}."
