"""`grader results`: what the store holds."""

from __future__ import annotations

import click

from grader.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    package="grader.cli.results",
    lazy={
        "list": "Who has which score, and what is in the way of the others'.",
        "show": "One attempt, with its evidence.",
        "diff": "Two gradings of a class: who changed, and why.",
        "rescore": "New scores from stored outcomes, after points or dates were changed.",
        "override": "Decide a score, or one check, by hand.",
        "choose": "Say which hand-in counts.",
        "export": "Write the gradebook, for a spreadsheet or a learning platform.",
        "similar": "Pairs of submissions that are suspiciously alike.",
        "analyse": "How the checks did, and which one to look at first.",
    },
)
def command() -> None:
    """Look at what batches have stored, correct it, and hand it on. Nothing here needs Docker."""
