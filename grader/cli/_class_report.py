"""What is said before a batch, and after it."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import click

from grader.core.quantities import show_duration
from grader.core.result import Status
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.batch.planned import Plan, Stranger
    from grader.batch.session import Done, Order
    from grader.store import Store
    from grader.store.rows import AttemptRow, HandInRow

_MOST: Final = 20
"""Lines of one list; `grader results list` has them all."""


@dataclass(slots=True)
class Counts:
    """What became of the hand-ins of a grading."""

    full: int = 0
    below: int = 0
    """Graded without full marks, or rejected."""
    rejected: int = 0
    ungraded: int = 0
    pending: int = 0
    troubles: list[tuple[HandInRow, str]] = field(default_factory=list)
    """Hand-ins without a verdict, each with the reason."""
    refused: list[tuple[HandInRow, AttemptRow]] = field(default_factory=list)


def show_plan(plan: Plan) -> None:
    """Show what would be graded."""
    for one in plan.handins:
        when = one.received_at.isoformat(timespec="minutes") if one.received_at else "at an unknown time"
        click.echo(f"{one.exercise}  {one_line(one.student)}  {one_line(one.label)}  {when}")
    click.echo(f"{_n(len(plan.handins), 'submission')} would be graded, but for those that the store has already.")
    _remarks(plan)


def show_done(store: Store, order: Order, done: Done, named: str | None = None) -> Counts:
    """Show what became of a batch; gives the numbers. `named` is the store, as the command line has it."""
    counts = _count(store, done.grading)
    names = ", ".join(one.id for one in order.exercises)
    total = counts.full + counts.below + counts.ungraded + counts.pending
    tally = done.tally
    ways = [(tally.ran, f"in {show_duration(tally.seconds)}"), (tally.same, "the same as another's")]
    ways += [(tally.stored, "from the store")]
    how = ", ".join(f"{n} {way}" for n, way in ways if n) or "nothing to do"
    click.echo(f"{names}: {total - counts.ungraded - counts.pending} of {_n(total, 'submission')} graded ({how}).")
    parts = [(counts.full, "with full marks"), (counts.below - counts.rejected, "with something to mend")]
    parts += [(counts.rejected, "rejected"), (counts.ungraded, "not graded"), (counts.pending, "still to do")]
    click.echo("  " + ", ".join(f"{n} {what}" for n, what in parts if n))
    if counts.refused:
        click.echo("Rejected, a person should look (`grader results show STUDENT EXERCISE`):")
        _list(f"{one_line(handin.student)}  {handin.exercise}" for handin, _ in counts.refused)
    _remarks(order.plan, read=True)
    if counts.troubles:
        click.echo("Not graded, and without a score:")
        _list(f"{one_line(one.student)}  {one.exercise}  {one_line(why)}" for one, why in counts.troubles)
        click.echo(f"To grade these, and only these: {_command()}")
    if done.hopeless is not None:
        click.echo(f"Stopped: {one_line(done.hopeless)}")
    if not done.complete:
        click.echo(f"To go on: {_command()}")
    if counts.full or counts.below:
        where = f" --store {shlex.quote(named)}" if named else ""
        click.echo(f"Scores: grader results list{where}")
        click.echo(f"The gradebook: grader results export csv:scores.csv{where}")
        click.echo(f"Pages: grader report --to html:report/{where}")
    for line in done.left:
        click.echo(f"warning: {line}", err=True)
    return counts


def _count(store: Store, grading: int) -> Counts:
    counts = Counts()
    attempts: dict[str, AttemptRow] = {}
    causes = {row.handin: row.cause for row in store.failures(grading)}
    for handin, attempt_id, _ in store.items(grading):
        if attempt_id is None:
            counts.pending += 1
            continue
        if not attempts or attempt_id not in attempts:
            attempts |= {row.id: row for row in store.attempts(exercise=handin.exercise)}
        attempt = attempts[attempt_id]
        if attempt.status is Status.UNGRADED:
            counts.ungraded += 1
            counts.troubles.append((handin, causes.get(handin.id, "no reason is known")))
        elif attempt.status is Status.REJECTED:
            counts.below += 1
            counts.rejected += 1
            counts.refused.append((handin, attempt))
        elif attempt.score is not None and attempt.max_score and attempt.score >= attempt.max_score:
            counts.full += 1
        else:
            counts.below += 1
    return counts


def _remarks(plan: Plan, *, read: bool = False) -> None:
    """List what a person should know; nobody is dropped silently."""
    if plan.missing:
        click.echo("Handed in nothing:")
        _list(f"{one_line(one.person.id)}  {one_line(one.person.name)}  {one.exercise}" for one in plan.missing)
    if plan.twice:
        click.echo("Handed in several times (all are graded; the last one counts):")
        _list(f"{one_line(one.person.id)}  {one.exercise}  {len(one.handins)} times" for one in plan.twice)
    if plan.strangers:
        click.echo("Not on the roster:")
        _list(map(_stranger, plan.strangers))
    if plan.unplaced:
        click.echo("Belongs to no exercise that was asked for:")
        _list(f"{one_line(one.label)}  {one_line(one.path)}  {one_line(one.why)}" for one in plan.unplaced)
    if plan.problems and not read:
        click.echo("Could not be read:")
        _list(f"{one_line(one.label)}  {one_line(one.why)}" for one in plan.problems)


def _stranger(one: Stranger) -> str:
    near = f" (is it {' or '.join(f'{each.name} {each.id}'.strip() for each in one.near)}?)" if one.near else ""
    return one_line(f"{one.person.id}  {' '.join(one.labels)}  {one.why}{near}")


def _list(lines: Iterable[str]) -> None:
    every = list(lines)
    for line in every[:_MOST]:
        click.echo(f"  {line}")
    if len(every) > _MOST:
        click.echo(f"  and {len(every) - _MOST} more")


def _command() -> str:
    """Give the command that was typed: given again, it goes on."""
    return shlex.join(["grader", *sys.argv[1:]])


def _n(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
