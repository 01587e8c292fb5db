"""Arguments and options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.core import kinds
from grader.core.report import PACKAGE

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class ExerciseName(click.ParamType[str]):
    """An exercise's id, or a path to it; completes ids."""

    name = "exercise"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's interface
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the ids of the exercises that can be found."""
        from click.shell_completion import CompletionItem

        from grader.exercise.find import available

        return [CompletionItem(name) for name in available() if name.startswith(incomplete)]


EXERCISE = ExerciseName()

STORE = click.option(
    "--store", metavar="URL", envvar="GRADER_STORE", show_envvar=True,
    help="Where attempts are kept: a file, or the URL of a PostgreSQL database.  [default: grader.db]",
)  # fmt: skip

REPORTS = click.option(
    "--report", "reports", multiple=True, metavar="FORMAT[:PATH]",
    help=f"{', '.join(kinds.names(PACKAGE)[:-1])} or {kinds.names(PACKAGE)[-1]}; to PATH, or to standard output "
    "instead of the usual text. Repeat for several.",
)  # fmt: skip
