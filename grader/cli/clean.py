"""`grader clean`: remove only what the grader made, by the ids and names it wrote down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

EPILOG: Final = """\b
Examples:
  grader clean --dry-run      what would be removed
  grader clean
"""


@click.command(epilog=EPILOG)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def command(*, dry_run: bool) -> int:
    """Remove what interrupted runs, and runs with --keep, left on the engine.

    Nothing else is touched: each attempt writes down what it makes, and only that is removed. Warm engines stay:
    `grader engine down` removes them.
    """
    count = 0
    left: list[str] = []
    for found, failed in (*_engines(dry_run=dry_run), *_objects(dry_run=dry_run)):
        count += found
        left += failed
    if not count:
        click.echo("Nothing to remove.")
    for message in left:
        click.echo(message, err=True)
    return 3 if left else 0


def _objects(*, dry_run: bool) -> Iterator[tuple[int, list[str]]]:
    """Remove what is in ledgers; gives how many objects each has, and what could not be removed."""
    from grader.core.errors import SandboxError
    from grader.sandbox.disposable.records import is_disposable
    from grader.sandbox.engine import Engine
    from grader.sandbox.ledger import abandoned, remove

    for path, address, listed in abandoned():
        # What is on a disposable engine goes with it; folders are on this machine.
        objects = [one for one in listed if one[0] == "folder"] if is_disposable(address) else listed
        for kind, key in objects:
            click.echo(f"{'would remove' if dry_run else 'removing'} {kind} {key}")
        failed: list[str] = []
        if not dry_run:
            try:
                engine = Engine(address)
                failed += remove(engine, objects)
                engine.close()
            except SandboxError as error:
                failed.append(error.message)
            if not failed:
                path.unlink(missing_ok=True)
        yield len(objects), failed


def _engines(*, dry_run: bool) -> Iterator[tuple[int, list[str]]]:
    """Remove disposable engines that a crash has left, with all that belongs to them."""
    from grader.core.errors import SandboxError
    from grader.sandbox.disposable import pool
    from grader.sandbox.engine import Engine

    for record in pool.abandoned():
        click.echo(f"{'would remove' if dry_run else 'removing'} engine {record.name}")
        failed: list[str] = []
        if not dry_run:
            try:
                host = Engine(record.host)
                pool.remove(host, record.name)
                host.close()
            except SandboxError as error:
                failed.append(f"engine {record.name} could not be removed: {error.message}")
        yield 1, failed
