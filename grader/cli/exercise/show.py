"""`grader exercise show`."""

from __future__ import annotations

import click

from grader.cli.options import EXERCISE


@click.command()
@click.argument("exercise", type=EXERCISE)
def command(exercise: str) -> None:
    """Show a task, and what is checked for how many points."""
    from datetime import UTC, datetime

    from grader.core.quantities import show_points
    from grader.core.result import Visibility
    from grader.exercise.find import find
    from grader.exercise.load import load

    loaded = load(find(exercise))
    due = loaded.file.due
    over = due is not None and datetime.now(UTC) >= due
    hidden = {Visibility.HIDDEN} if over else {Visibility.HIDDEN, Visibility.AFTER_DUE}
    task = loaded.folder / "task.md"
    click.echo(task.read_text(encoding="utf-8", errors="replace").rstrip() if task.is_file() else loaded.file.title)
    more = " and those of the tests" if loaded.open_score else ""
    click.echo(f"\nWhat is checked ({show_points(loaded.max_score)} points{more}):")
    for check in loaded.file.checks:
        title = "a hidden check" if check.visibility in hidden else check.label
        bonus = " bonus" if check.bonus else ""
        points = "some" if check.several else show_points(check.points)
        click.echo(f"  {points:>4}{bonus}  {title}")
    click.echo(f"\nBase images: {', '.join(loaded.file.images) or 'none'}")
