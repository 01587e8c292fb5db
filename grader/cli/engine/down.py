"""`grader engine down`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from grader.sandbox.engine import Engine

EPILOG: Final = """\b
Examples:
  grader engine down                             all warm engines
  grader engine down grader-engine-0a1b2c3d4e5f  one
  grader engine down --seeds                     and what takes time to make again
"""


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--seeds", is_flag=True, help="Remove also the disks with base images, and the engine image.")
def command(names: tuple[str, ...], *, seeds: bool) -> int:
    """Remove warm engines (default: all) with all that belongs to them. One in use is left alone."""
    from grader.cli.engine._names import chosen
    from grader.core.errors import UsageError
    from grader.sandbox.disposable import pool
    from grader.sandbox.engine import connect

    if names and seeds:
        raise UsageError("--seeds removes what all engines share", hint="Leave out the names.")
    host = connect()
    left = 0
    try:
        found = chosen(host, names)
        for record in found:
            gone = pool.remove(host, record.name)
            left += not gone
            click.echo(f"{record.name}: {'removed' if gone else 'in use, left alone'}")
        if seeds:
            left += _remove_seeds(host)
        elif not found:
            click.echo("There are no warm engines.")
    finally:
        host.close()
    return 3 if left else 0


def _remove_seeds(host: Engine) -> int:
    """Remove what all engines share; gives how much is left, being in use."""
    from grader.sandbox.disposable import image, seeds

    left = 0
    for name in seeds.every(host):
        gone = seeds.remove(host, name)
        left += not gone
        click.echo(f"{name}: {'removed' if gone else 'in use, left alone'}")
    for name in image.remove(host):
        click.echo(f"{name}: removed")
    return left
