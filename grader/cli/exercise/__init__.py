"""`grader exercise`: for students who look for work, and for authors."""

from __future__ import annotations

import click

from grader.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    package="grader.cli.exercise",
    lazy={
        "list": "List the exercises.",
        "show": "Show a task and what is checked.",
        "start": "Copy an exercise's starter files.",
        "import": "Make an exercise of a container-structure-test or goss file.",
        "validate": "Prove that an exercise accepts the good answer and rejects the wrong ones.",
        "schema": "Print the JSON Schema of exercise.yaml.",
    },
)
def command() -> None:
    """Exercises: list, show and start them; import and validate your own."""
