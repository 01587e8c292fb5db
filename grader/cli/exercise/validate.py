"""`grader exercise validate`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.result import Result
    from grader.exercise.model import Exercise
    from grader.exercise.validate import Finding

EPILOG: Final = """\b
Examples:
  grader exercise validate serve-on-3000
  grader exercise validate --all
  grader exercise validate ./my-exercise --no-run     only the file, without Docker
"""


@click.command(epilog=EPILOG)
@click.argument("exercises", nargs=-1, type=EXERCISE, metavar="[EXERCISE]...")
@click.option("--all", "every", is_flag=True, help="Every exercise that can be found.")
@click.option("--no-run", is_flag=True, help="Check the files only; run nothing.")
def command(exercises: tuple[str, ...], *, every: bool, no_run: bool) -> int:
    """Prove that an exercise accepts the good answer and rejects the wrong ones.

    The reference in solutions/ID must get full marks, the starter less, and each wrong answer must fail exactly the
    checks that expect.yaml lists, with the diagnosis it names. A note names the checks that none of them fails.
    """
    from grader.core.errors import ExerciseError, UsageError
    from grader.exercise.find import available, find
    from grader.exercise.load import load
    from grader.exercise.validate import validate

    folders = list(available().values()) if every else [find(name) for name in exercises]
    if not folders:
        raise UsageError("which exercise?", hint="Name one, or use --all.")
    bad = 0
    for folder in folders:
        try:
            exercise = load(folder)
        except ExerciseError as error:
            bad += 1
            click.echo("\n".join(error.problems), err=True)
            continue
        click.echo(f"{exercise.id}: exercise.yaml is good, {len(exercise.file.checks)} checks")
        for finding in validate(exercise, None if no_run else _grade):
            bad += not finding.ok
            click.echo("\n".join(_shown(finding)))
    return 2 if bad else 0


def _shown(finding: Finding) -> Iterator[str]:
    """Write a finding; if there is more to say than fits behind its name, below it."""
    word, colour = ("note", "yellow") if finding.note else ("ok  ", "green") if finding.ok else ("BAD ", "red")
    first, *more = finding.why.splitlines() or [""]
    yield f"  {click.style(word, fg=colour)} {finding.what}" + (f": {first}" if first else "")
    yield from (f"         {line}" for line in more)


def _grade(exercise: Exercise, submission: Path) -> Result:
    from grader.cli.progress import watching
    from grader.cli.run import keep_tracebacks
    from grader.exercise.engines import opener
    from grader.grading import grade

    keep_tracebacks()
    with watching(sys.stderr, quiet=not sys.stderr.isatty()) as progress:
        return grade(exercise, submission, opener(exercise, progress=progress), progress)
