"""`grader exercise start`."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import EXERCISE


@click.command(
    epilog="\b\nExamples:\n  grader exercise start serve-on-3000\n  grader exercise start serve-on-3000 my-answer"
)
@click.argument("exercise", type=EXERCISE)
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def command(exercise: str, folder: Path | None) -> None:
    """Copy an exercise's task and starter files to FOLDER (default: a new folder named like the exercise)."""
    import shutil

    from grader.core.errors import UsageError
    from grader.exercise.find import find
    from grader.exercise.load import NOT_OURS, load

    loaded = load(find(exercise))
    target = folder or Path(loaded.id)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"'{target}' exists and is not empty", hint="Name another folder; nothing is overwritten.")
    starter = loaded.folder / "starter"
    if starter.is_dir():
        shutil.copytree(starter, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_OURS))
    target.mkdir(parents=True, exist_ok=True)
    task = loaded.folder / "task.md"
    if task.is_file() and not (target / "task.md").exists():
        shutil.copy(task, target / "task.md")
    click.echo(f"The starter files are in {target}. The task: {target / 'task.md'}")
    click.echo(f"When you have something, check it:\n  grader check {exercise} {target}")
