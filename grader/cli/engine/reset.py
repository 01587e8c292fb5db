"""`grader engine reset`."""

from __future__ import annotations

import sys

import click


@click.command(epilog="\b\nExamples:\n  grader engine reset\n  grader engine reset grader-engine-0a1b2c3d4e5f")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def command(names: tuple[str, ...]) -> int:
    """Make warm engines as new (default: all): nothing but their base images is left on them.

    After every attempt that is done anyway. An engine that can't be made as new is replaced; one in use is left alone.
    """
    from grader.cli.engine._names import chosen
    from grader.cli.progress import watching
    from grader.sandbox.disposable import pool, records
    from grader.sandbox.engine import connect

    host = connect()
    busy = 0
    try:
        found = chosen(host, names)
        with watching(sys.stderr) as progress:
            said = []
            for record in found:
                progress.phase(f"Resetting {record.name}")
                held = records.take(record.name)
                if held is None:
                    busy += 1
                    said.append(f"{record.name}: in use, left alone")
                else:
                    replaced = pool.refresh(host, held, progress.phase)
                    said.append(f"{record.name}: {'replaced' if replaced else 'as new'}")
    finally:
        host.close()
    for line in said or ["There are no warm engines."]:
        click.echo(line)
    return 3 if busy else 0
