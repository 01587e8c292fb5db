"""`grader exercise list`."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """List the exercises that can be found, with title, level and points."""
    from grader.core.errors import ExerciseError
    from grader.core.quantities import show_points
    from grader.exercise.find import available
    from grader.exercise.load import load

    found = available()
    if not found:
        click.echo("No exercises found. Put them below ./exercises, or set GRADER_EXERCISES.")
    width = max((len(name) for name in found), default=0)
    for name, folder in found.items():
        try:
            exercise = load(folder)
        except ExerciseError as error:
            count = len(error.problems)
            problems = "1 problem" if count == 1 else f"{count} problems"
            click.echo(f"{name:{width}}  broken: {problems}; see: grader exercise validate {name}")
            continue
        file = exercise.file
        points = f"{show_points(exercise.max_score)} points{' and those of its tests' if exercise.open_score else ''}"
        click.echo(f"{name:{width}}  {file.title}  ({file.level}, {len(file.checks)} checks, {points})")
