"""`grader clean`: remove only what the grader made, by the ids and names it wrote down."""

from __future__ import annotations

from typing import Final

import click

EPILOG: Final = """\b
Examples:
  grader clean --dry-run      what would be removed
  grader clean
"""


@click.command(epilog=EPILOG)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def command(*, dry_run: bool) -> int:
    """Remove what interrupted runs, and runs with --keep, left on the engine, and their temporary files.

    Nothing else is touched: each attempt writes down what it makes, and only that is removed. Warm engines stay:
    `grader engine down` removes them.
    """
    from grader.sandbox.sweep import sweep

    count = 0
    left: list[str] = []
    for found in sweep(dry_run=dry_run):
        for kind, name in found.objects:
            click.echo(f"{'would remove' if dry_run else 'removing'} {kind} {name}")
        count += len(found.objects)
        left += found.failed
    if not count:
        click.echo("Nothing to remove.")
    for message in left:
        click.echo(message, err=True)
    return 3 if left else 0
