"""`grader results export`."""

from __future__ import annotations

import io
import stat
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from grader.cli.options import STORE
from grader.cli.results._common import COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.gradebook import Export, Gradebook
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
_PRIVATE: Final = 0o600


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
    outputs = _parsed(formats)
    book = _book(store, exercises, counts, roster)
    # All are made before the first is written: one that can't be made leaves no file changed.
    made = [(output, _text(output.export, book)) for output in outputs]
    for output, text in made:
        _write(output, text)
        _tell(output)
    return 0


class _Output(NamedTuple):
    name: str
    export: Export
    path: Path | None
    """None: standard output."""


def _parsed(texts: Sequence[str]) -> list[_Output]:
    from grader.cli.output import objection
    from grader.core import kinds
    from grader.core.errors import UsageError
    from grader.core.gradebook import PACKAGE, Export
    from grader.core.text import quoted

    outputs: list[_Output] = []
    for text in texts:
        name, _, path = text.partition(":")
        try:
            export = kinds.load(PACKAGE, Export, name)()
        except KeyError:
            known = ", ".join(kinds.names(PACKAGE))
            raise UsageError(f"unknown export format {quoted(name)}", hint=f"There are: {known}.") from None
        target = Path(path) if path and path != "-" else None
        why = objection(target) if target is not None else None
        if why is not None:
            raise UsageError(f"the export file '{target}' {why}")
        outputs.append(_Output(name, export, target))
    places = Counter(f"'{output.path.resolve()}'" if output.path else "standard output" for output in outputs)
    for where, several in places.items():
        if several > 1:
            raise UsageError(f"{several} exports go to {where}", hint="Name a file for each: FORMAT:PATH.")
    return outputs


def _book(store: str | None, wanted: Sequence[str], counts: Counts, roster: Path | None) -> Gradebook:
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
        _say(f"roster: {said}")
    return _roster.placed(book, read)


def _text(export: Export, book: Gradebook) -> str:
    stream = io.StringIO(newline="")
    export.write(book, stream)
    return stream.getvalue()


def _write(output: _Output, text: str) -> None:
    from grader.cli.output import opened

    if output.path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # whatever the terminal's is: this is a file's content
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    there = output.path.is_file()
    # Scores are not everybody's business, unless somebody has decided so for this file.
    mode = stat.S_IMODE(output.path.stat().st_mode) if there else _PRIVATE
    with opened(output.path, "export", newline="", mode=mode) as stream:
        stream.write(text)


def _tell(output: _Output) -> None:
    where = f"to {output.path}" if output.path is not None else "to standard output"
    rows = output.export.rows
    _say(f"{output.name}: {rows} {'row' if rows == 1 else 'rows'} {where}")
    for remark in output.export.remarks:
        _say(f"{output.name}: {remark}")


def _say(text: str) -> None:
    from grader.core.text import clean

    click.echo(clean(text), err=True)
