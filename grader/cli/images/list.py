"""`grader images list`."""

from __future__ import annotations

import click


@click.command()
def command() -> int:
    """Say which base images are here, with digests, and which of them are stand-ins."""
    from grader.cli.images.names import wanted
    from grader.core.quantities import show_bytes
    from grader.sandbox import images
    from grader.sandbox.engine import connect

    engine = connect()
    missing = 0
    for name in wanted(()):
        raw = images.inspect(engine, name)
        if raw is None:
            missing += 1
            click.echo(f"{name:24} {'missing':10}")
            continue
        ref = images.ref(name, raw)
        size = show_bytes(images.configuration(raw).size)
        kind = "stand-in" if ref.standin else "pulled" if ref.digest else "local"
        click.echo(f"{name:24} {kind:10} {size:>10}  {ref.digest or ref.id}")
    engine.close()
    if missing:
        click.echo(f"\n{missing} missing: `grader images pull` gets them, `grader images standins` builds stand-ins.")
    return 0
