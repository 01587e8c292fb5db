"""`grader doctor`: what works here, what doesn't, and what to do."""

from __future__ import annotations

import click


@click.command()
def command() -> int:
    """Say what works here, what doesn't, and what to do: engine, versions, limits in force, images, disk."""
    from grader.sandbox.health import Level, look

    colours = {Level.OK: "green", Level.WARNING: "yellow", Level.BAD: "red"}
    worst = Level.OK
    for finding in look():
        click.echo(f"{click.style(f'{finding.level:8}', fg=colours[finding.level])} {finding.what:10} {finding.text}")
        if finding.fix:
            click.echo(f"{'':20}{finding.fix}")
        if finding.level is Level.BAD or worst is Level.OK:
            worst = finding.level
    click.echo(
        {
            Level.OK: "Everything is here.",
            Level.WARNING: "Grading works; see the warnings.",
            Level.BAD: "Grading does not work yet: mend what is marked bad.",
        }[worst]
    )
    return 3 if worst is Level.BAD else 0
