"""`grader images pull`."""

from __future__ import annotations

import click


@click.command(epilog="\b\nExamples:\n  grader images pull\n  grader images pull python:3-slim")
@click.argument("names", nargs=-1, metavar="[IMAGE]...")
@click.option("--refresh", is_flag=True, help="Pull also what is here already.")
def command(names: tuple[str, ...], *, refresh: bool) -> int:
    """Pull base images that are missing (default: all that the exercises use), and say what was got."""
    from grader.cli.images.names import wanted
    from grader.core.errors import SandboxError
    from grader.sandbox import images
    from grader.sandbox.engine import connect

    engine = connect()
    failed = 0
    for name in wanted(names):
        before = images.inspect(engine, name)
        if before is not None and not refresh:
            click.echo(f"{name}: here already ({images.ref(name, before).digest or before['Id']})")
            continue
        click.echo(f"{name}: pulling …")
        try:
            images.pull(engine, name)
        except SandboxError as error:
            failed += 1
            click.echo(f"{name}: {error.message}", err=True)
            continue
        after = images.inspect(engine, name)
        click.echo(f"{name}: {images.ref(name, after).digest if after else 'not there after the pull'}")
    engine.close()
    if failed:
        click.echo("Without Docker Hub, `grader images standins` builds stand-ins.", err=True)
    return 3 if failed else 0
