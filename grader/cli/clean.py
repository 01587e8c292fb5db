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
    """Remove what interrupted runs, and runs with --keep, left on the engine.

    Nothing else is touched: each attempt writes down what it makes, and only that is removed.
    """
    from grader.core.errors import SandboxError
    from grader.sandbox.engine import Engine
    from grader.sandbox.ledger import abandoned, remove

    count = 0
    left: list[str] = []
    for path, address, objects in abandoned():
        for kind, key in objects:
            click.echo(f"{'would remove' if dry_run else 'removing'} {kind} {key}")
        count += len(objects)
        if dry_run:
            continue
        try:
            engine = Engine(address)
        except SandboxError as error:
            left.append(error.message)
            continue
        failed = remove(engine, objects)
        engine.close()
        left += failed
        if not failed:
            path.unlink(missing_ok=True)
    if not count:
        click.echo("Nothing to remove.")
    for message in left:
        click.echo(message, err=True)
    return 3 if left else 0
