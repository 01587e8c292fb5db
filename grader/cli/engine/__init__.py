"""`grader engine`: disposable engines."""

from __future__ import annotations

import click

from grader.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    package="grader.cli.engine",
    lazy={
        "up": "Start engines that stay warm, so that grading need not wait for one.",
        "status": "Say which engines there are, and how they are doing.",
        "reset": "Make warm engines as new.",
        "down": "Remove warm engines.",
    },
)
def command() -> None:
    """Disposable engines: Docker engines in containers, without a network, for work that nobody trusts.

    Grading starts one where it needs one, and removes it afterwards. Engines that are kept warm save the two seconds
    that a start takes.
    """
