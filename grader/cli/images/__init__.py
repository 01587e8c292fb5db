"""`grader images`: base images."""

from __future__ import annotations

import click

from grader.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    package="grader.cli.images",
    lazy={
        "list": "Say which base images are here, and which are stand-ins.",
        "pull": "Pull base images.",
        "standins": "Build stand-ins where Docker Hub can't be reached.",
    },
)
def command() -> None:
    """Base images of the exercises: what is here, with digests."""
