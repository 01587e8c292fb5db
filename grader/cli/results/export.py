"""`grader results export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import STORE
from grader.cli.results._common import COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.gradebook import Gradebook
    from grader.gradebook.counting import Counts

EPILOG: Final = """\b
Examples:
  grader results export csv:scores.csv               for a spreadsheet: a row per student and exercise
  grader results export csv --exercise serve-on-3000 | less
  grader results export canvas:upload.csv --roster gradebook-from-canvas.csv
  grader results export moodle:upload.csv --roster worksheet.csv --exercise serve-on-3000
  grader results export json:scores.json csv:scores.csv --counts best

\b
Formats:
  csv      everything that counts, a row per student and exercise
  canvas   the gradebook of Canvas: Grades > Import
  moodle   a grading worksheet, if the roster is one; otherwise Grades > Import > CSV file
  json     everything, in the schema grader/gradebook/v1
"""


@click.command(epilog=EPILOG)
@click.argument("formats", nargs=-1, required=True, metavar="FORMAT[:PATH]...")
@click.option("--exercise", "exercises", multiple=True, metavar="ID", help="Only this exercise. Repeat for several.")
@click.option(
    "--roster", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="The class, as the platform has it: a gradebook downloaded from Canvas, participants or a grading worksheet "
    "from Moodle, or any CSV file.  [default: the batch's]",
)  # fmt: skip
@COUNTS
@STORE
def command(
    formats: tuple[str, ...],
    *,
    exercises: tuple[str, ...],
    roster: Path | None,
    counts: Counts,
    store: str | None,
) -> int:
    """Write the gradebook, for a spreadsheet or a learning platform.

    A missing score is never written as 0. What a spreadsheet could take for a formula has an apostrophe in front. Who
    is left out of a file, and what a platform does with it, is told on standard error.
    """
    from grader.cli._exports import ExportOutput
    from grader.cli.output import apart

    outputs = [ExportOutput.parse(text) for text in formats]
    apart([output.path for output in outputs], "exports", "")
    book = _book(store, exercises, counts, roster)
    # All are made before the first is written: one that can't be made leaves no file changed.
    made = [(output, output.text(book)) for output in outputs]
    for output, text in made:
        output.write(text)
        output.tell()
    return 0


def _book(store: str | None, wanted: Sequence[str], counts: Counts, roster: Path | None) -> Gradebook:
    from grader.cli._exports import say
    from grader.cli.results import _common, _roster
    from grader.core.errors import UsageError
    from grader.gradebook.book import build
    from grader.store import open_store

    with open_store(store, must_exist=True) as opened:
        chosen = _common.exercises(opened, wanted)
        if not chosen:
            raise UsageError(f"there is nothing in {opened.name} to export", hint="`grader batch` fills it.")
        book = build(opened, chosen, counts)
    if roster is None:
        return book
    from grader.batch import roster as rosters

    read = rosters.read(roster)
    for said in read.said:
        say(f"roster: {said}")
    return _roster.placed(book, read)
