"""`grader engine up`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.specs import EngineSpec
    from grader.sandbox.engine import Engine

EPILOG: Final = """\b
Examples:
  grader engine up                              two engines for each set of images that exercises need
  grader engine up publish-port-3000 --count 4  four for one exercise
  grader engine up --count 0                    none yet, but everything that their start needs
"""


@click.command(epilog=EPILOG)
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...", type=EXERCISE)
@click.option(
    "--count", type=click.IntRange(0, 64), default=2, show_default=True, help="Engines for each set of images."
)
def command(exercises: tuple[str, ...], count: int) -> int:
    """Have engines started that stay warm, for the exercises named (default: all that need one).

    Exercises with the same images share their engines. What is needed for it is made first: the image that engines
    run from (about half a minute, once), and a disk with each set of base images (some seconds, once).
    """
    from grader.cli.progress import watching
    from grader.sandbox.disposable import image
    from grader.sandbox.engine import connect

    wanted = _wanted(exercises)
    host = connect()
    try:
        with watching(sys.stderr) as progress:
            image.ensure(host, progress.phase)
            found = [line for names, spec in wanted for line in _up(host, names, spec, count, progress.phase)]
    finally:
        host.close()
    for line in found:
        click.echo(line)
    if not wanted:
        click.echo("No exercise that can be found needs a disposable engine.")
    return 0


def _wanted(exercises: tuple[str, ...]) -> list[tuple[tuple[str, ...], EngineSpec]]:
    """Give the sets of images with the limits of the engines that are to have them."""
    from grader.core.errors import ExerciseError
    from grader.exercise.find import available, find
    from grader.exercise.load import load

    found: dict[object, tuple[tuple[str, ...], EngineSpec]] = {}
    for folder in [find(name) for name in exercises] or available().values():
        try:
            file = load(folder).file
        except ExerciseError:
            if exercises:
                raise
            continue  # `grader exercise validate` says what is wrong with it
        if exercises or file.submission.isolated:
            found.setdefault((frozenset(file.images), file.engine), (file.images, file.engine))
    return list(found.values())


def _up(
    host: Engine, names: tuple[str, ...], spec: EngineSpec, count: int, report: Callable[[str], None]
) -> Iterator[str]:
    from grader.sandbox.disposable import pool, seeds

    wanted = pool.want(host, names, spec, report)
    if not count:
        made = seeds.ensure(host, wanted, report)
        yield f"{', '.join(names)}: the disk is {'made' if made else 'here already'}"
    for name, what in pool.up(host, wanted, count, report):
        yield f"{name}  {', '.join(names)}: {what}"
