"""`grader results analyse`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE, STORE
from grader.cli.results._common import COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.analysis import Analysis, Cause, CheckStats, Times
    from grader.gradebook.counting import Counts

EPILOG: Final = """\b
Examples:
  grader results analyse                            every exercise of the store
  grader results analyse serve-on-3000              one exercise
  grader results analyse serve-on-3000 --counts best
  grader results analyse --json > analysis.json
"""
_HEADS: Final = ("CHECK", "PASS", "OK", "FAIL", "SKIP", "ERR", "DISCR", "MEDIAN", "P90")
_RIGHT: Final = _HEADS[1:]
_MOST_SUSPECTS: Final = 8
_MOST_CAUSES: Final = 3


@click.command(epilog=EPILOG)
@click.argument("exercise", type=EXERCISE, required=False)
@COUNTS
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
@STORE
def command(exercise: str | None, *, counts: Counts, as_json: bool, store: str | None) -> int:
    """Say how the checks did over the class, and which one to look at first.

    Of each student the attempt that counts is looked at, as it was graded: what was decided by hand is left out.
    """
    from grader.cli.results import _common
    from grader.gradebook.analytics import analyse
    from grader.store import open_store

    with open_store(store, must_exist=True) as opened:
        names = _common.exercises(opened, [_common.named(exercise)] if exercise is not None else [])
        if as_json:
            head = json.dumps({"schema": "grader/analysis/v1"})[:-1]
            click.echo(f'{head}, "exercises": [', nl=False)
            for number, name in enumerate(names):
                click.echo(f"{',' if number else ''}\n{analyse(opened, name, counts).model_dump_json()}", nl=False)
            click.echo("\n]}" if names else "]}")
            return 0
        for number, name in enumerate(names):
            if number:
                click.echo("\n")
            _show(analyse(opened, name, counts))
        if not names:
            click.echo("Nothing is stored yet: `grader batch` grades submissions.")
    return 0


def _show(found: Analysis) -> None:
    from grader.cli.results import _common, _table
    from grader.core.quantities import show_points, show_seconds
    from grader.core.text import one_line

    click.echo(click.style(one_line(f"{found.exercise}: {found.title}" if found.title else found.exercise), bold=True))
    parts = [f"{count} {word}" for word in ("rejected", "ungraded", "missing") if (count := getattr(found, word))]
    line = f"{_common.count(found.graded, 'student')} graded{''.join(f', {part}' for part in parts)}."
    if found.median_score is not None and found.max_score is not None:
        median = f"{show_points(found.median_score)} of {show_points(found.max_score)}"
        line += f" {found.all_passed} passed everything; the median score is {median}."
    if found.seconds is not None:
        line += f" An attempt took {show_seconds(found.seconds.median)} in the median."
    _wrapped(line)
    if not found.checks:
        return
    _first(found)
    click.echo()
    _table.show(_HEADS, [_row(one) for one in found.checks], flexible=("CHECK",), right=_RIGHT)
    _why_no_number(found.checks)
    _causes(found.checks)
    if found.phases:
        click.echo()
        rows = [(name, *_shown(times), str(times.count)) for name, times in found.phases.items()]
        _table.show(("PHASE", "MEDIAN", "P90", "TIMES"), rows, flexible=("PHASE",), right=("MEDIAN", "P90", "TIMES"))


def _first(found: Analysis) -> None:
    click.echo()
    if not found.first:
        _wrapped("No check stands out: nothing here needs to be mended first.")
        return
    click.echo(click.style("Look at first:", bold=True))
    for number, one in enumerate(found.first[:_MOST_SUSPECTS], 1):
        _wrapped(f"{number}. {one.check}: {one.reason}", "   ", first=" ")
    more = len(found.first) - _MOST_SUSPECTS
    if more > 0:
        _wrapped(f"and {more} more, which --json has", "   ")


def _row(one: CheckStats) -> tuple[str, ...]:
    rate = f"{100 * one.pass_rate:.0f} %" if one.pass_rate is not None else "-"
    worth = f"{one.discrimination:.2f}" if one.discrimination is not None else "-"
    numbers = (one.passed, one.failed, one.skipped, one.error)
    return (one.id, rate, *map(str, numbers), worth, *_shown(one.seconds))


def _shown(times: Times | None) -> tuple[str, str]:
    from grader.core.quantities import show_seconds

    return (show_seconds(times.median), show_seconds(times.p90)) if times is not None else ("-", "-")


def _why_no_number(checks: Sequence[CheckStats]) -> None:
    """Say what DISCR is, and why it is missing where it is."""
    _wrapped(
        "PASS: of those who came to it. DISCR, discrimination: how well passing it goes with doing well in the other "
        "checks, from -1 to 1; from 0.2 on it tells who can do it, below 0 something is odd."
    )
    why: dict[str, list[str]] = {}
    for one in checks:
        if one.why_not is not None:
            why.setdefault(one.why_not, []).append(one.id)
    for reason, ids in why.items():
        _wrapped(f"No DISCR for {', '.join(ids)}: {reason}.")


def _causes(checks: Sequence[CheckStats]) -> None:
    failing = [one for one in checks if one.causes]
    if not failing:
        return
    click.echo()
    click.echo(click.style("Why checks fail:", bold=True))
    for one in failing:
        _wrapped(f"{one.id} ({one.failed} failed)", "   ", first=" ")
        for cause in one.causes[:_MOST_CAUSES]:
            _wrapped(_cause(cause), "        ", first="   ")


def _cause(cause: Cause) -> str:
    from grader.core.text import one_line

    named = f"{cause.cause}: {one_line(cause.summary)}" if cause.cause is not None else one_line(cause.summary)
    unexplained = " (no diagnosis)" if cause.cause is None else ""
    others = ", …" if cause.count > len(cause.students) else ""
    return f"{cause.count:>3}  {named}{unexplained} [{', '.join(one_line(who, 40) for who in cause.students)}{others}]"


def _wrapped(text: str, indent: str = "", *, first: str | None = None) -> None:
    import shutil
    import sys

    from grader.core.text import clean

    room = min(shutil.get_terminal_size((80, 24)).columns, 120) if sys.stdout.isatty() else 100
    click.echo(click.wrap_text(clean(text), room, indent if first is None else first, indent))
