"""`grader exercise import`."""  # noqa: N999 - the command's name

from __future__ import annotations

from pathlib import Path

import click

_EXAMPLES = """\b
Examples:
  grader exercise import structure-test.yaml
  grader exercise import goss.yaml notes --image python:3-slim
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format", "form", type=click.Choice(["structure-test", "goss"]), help="Default: by what is in the file."
)
@click.option("--image", "images", multiple=True, metavar="NAME", help="A base image that students may use (repeat).")
@click.option("--title", help="What students read; default: made from the file's name.")
def command(file: Path, folder: Path | None, form: str | None, images: tuple[str, ...], title: str | None) -> None:
    """Make an exercise of a container-structure-test or goss FILE, in FOLDER (default: named like the file).

    Its checks have the same verdicts as the original's tests.
    What could not be kept, or is kept in another way, is said here and at the top of exercise.yaml.
    """
    from grader.core.errors import UsageError
    from grader.core.text import one_line
    from grader.exercise.importing import convert
    from grader.exercise.importing._write import write
    from grader.exercise.load import load

    target = folder or Path(file.stem.replace(".", "-").replace(" ", "-") or "imported")
    if target.exists():
        raise UsageError(f"'{target}' exists", hint="Name another folder; nothing is overwritten.")
    draft = convert(file, form)
    write(draft, target, title or f"Imported from {file.name}", images)
    count = len(load(target).file.checks)
    for note in draft.notes:
        click.echo(one_line(note, 1000), err=True)
    checks = f"{count} check{'s' if count != 1 else ''}"
    click.echo(f"{target / 'exercise.yaml'}: {checks}, {len(draft.notes)} note{'s' if len(draft.notes) != 1 else ''}")
    if not images:
        click.echo("Write the base images that students may use into `images`, then prove it: grader exercise validate")
