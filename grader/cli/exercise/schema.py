"""`grader exercise schema`."""

from __future__ import annotations

import click


@click.command(epilog="\b\nExample:\n  grader exercise schema > exercise.schema.json")
def command() -> None:
    """Print the JSON Schema of exercise.yaml, for editors that complete and check YAML."""
    import json

    from grader.exercise.schema import schema

    click.echo(json.dumps(schema(), indent=2))
