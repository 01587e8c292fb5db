"""`grader images standins`."""

from __future__ import annotations

import click


@click.command(epilog="\b\nExamples:\n  grader images standins\n  grader images standins python:3-slim --rebuild")
@click.argument("names", nargs=-1, metavar="[IMAGE]...")
@click.option("--rebuild", is_flag=True, help="Build also those that are here already; never replaces a real image.")
def command(names: tuple[str, ...], *, rebuild: bool) -> int:
    """Build stand-ins for base images from Debian packages, where Docker Hub can't be reached.

    They carry the same names and the label grader.standin=true; every result that used one says so.
    """
    from grader.core.errors import UsageError
    from grader.sandbox import images, standins
    from grader.sandbox.engine import connect

    unknown = [name for name in names if name not in standins.RECIPES]
    if unknown:
        raise UsageError(f"there is no stand-in for '{unknown[0]}'", hint=f"There are: {', '.join(standins.RECIPES)}.")
    engine = connect()
    for name in names or tuple(standins.RECIPES):
        raw = images.inspect(engine, name)
        if raw is not None and not (rebuild and images.ref(name, raw).standin):
            click.echo(f"{name}: here already")
            continue
        click.echo(f"{name}: {standins.build(name, report=click.echo)}")
    engine.close()
    return 0
