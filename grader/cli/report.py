"""`grader report`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Final

import click

from grader.cli.results._common import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.cli._exports import ExportOutput
    from grader.cli._reported import Found
    from grader.cli.output import Output
    from grader.core.report import Edition
    from grader.gradebook.counting import Counts

EPILOG: Final = """\b
Examples:
  grader report grader.db --to html:report/                    a page for the class, and one per student
  grader report grader.db --to html:class.html --to csv:scores.csv
  grader report grader.db --edition student --to html:pages/   for students: nothing that is kept from them
  grader report grader.db --student ada --exercise serve-on-3000 --to gradescope:results.json
  grader report results/ --to junit:all.xml                    every result file in a folder
  grader check serve-on-3000 . --report json | grader report - --to markdown
"""


class _Command(click.Command):
    """Says of each format what it is, in its own words; that loads them all, so only when somebody asks."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Formats"):
            formatter.write_dl(list(_formats()))
        super().format_epilog(ctx, formatter)


def _formats() -> Iterator[tuple[str, str]]:
    from grader.core import gradebook, kinds, report

    reports = {name: kinds.load(report.PACKAGE, report.Report, name) for name in kinds.names(report.PACKAGE)}
    for name, kind in reports.items():
        more = " A file or a folder." if kind.folders else " One result." if kind.single else ""
        yield name, _first_line(kind) + more
    for name in kinds.names(gradebook.PACKAGE):
        if name not in reports:
            yield name, f"{_first_line(kinds.load(gradebook.PACKAGE, gradebook.Export, name))} The scores of a store."


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]


@click.command(cls=_Command, epilog=EPILOG)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--to", "formats", multiple=True, required=True, metavar="FORMAT[:PATH]",
    help="What to write, to a file, to a folder (PATH ends with /) or to standard output. Repeat for several. Of two "
    "that are called json this is the results; `grader results export json` writes scores.",
)  # fmt: skip
@click.option(
    "--edition", "named", type=click.Choice(["student", "staff"]),
    help="For whom: student leaves out what exercises keep from students, staff shows everything.  [default: staff for "
    "a store, student for result files]",
)  # fmt: skip
@click.option("--exercise", "exercises", multiple=True, metavar="ID", help="Only this exercise. Repeat for several.")
@click.option("--student", metavar="STUDENT", help="Only this student: an id, or in a store a name, login or address.")
@COUNTS
@click.option("--store", metavar="URL", help="The store, as other commands name it; here the same as SOURCE.")
@click.option("--no-similar", is_flag=True, help="Don't look for submissions that are alike, which takes longest.")
def command(
    sources: tuple[str, ...],
    *,
    formats: tuple[str, ...],
    named: str | None,
    exercises: tuple[str, ...],
    student: str | None,
    counts: Counts,
    store: str | None,
    no_similar: bool,
) -> int:
    """Write reports of what was graded: pages for a class, files for a platform or a program.

    SOURCE is a store (a file, or the URL of a database), or result files, folders of them, or - for standard input.
    Without one it is the store at $GRADER_STORE, or grader.db here.
    """
    from contextlib import nullcontext

    from grader.cli._exports import ExportOutput
    from grader.cli._reported import Wanted, from_files, from_store, is_store
    from grader.cli.output import Output
    from grader.core.errors import UsageError
    from grader.core.report import Edition

    outputs = _parsed(formats)
    if store is not None and sources:
        raise UsageError("--store is the source, and here is another one", hint="Name one of both.")
    stored = store is not None or is_store(sources)
    edition = Edition(named) if named is not None else Edition.STAFF if stored else Edition.STUDENT
    staff = edition is Edition.STAFF
    reports = [output for output in outputs if isinstance(output, Output)]
    exports = [output.name for output in outputs if isinstance(output, ExportOutput)]
    if exports and not (stored and staff):
        why = "is for staff" if stored else "is worked out from a store, and here are result files"
        raise UsageError(f"a gradebook such as {exports[0]} {why}")
    if counts != "chosen" and not stored:
        raise UsageError("--counts chooses between the hand-ins of a store, and here are result files")
    wanted = Wanted(
        edition=edition,
        exercises=exercises,
        student=student,
        counts=counts,
        similar=not no_similar,
        book=bool(exports),
        cohort=staff and any(output.format.folders for output in reports),
    )
    url = store or next(iter(sources), None)
    source = from_store(url, wanted) if stored else nullcontext(from_files(sources, wanted))
    with source as found:
        for output in reports:
            _see_that_it_fits(output, found, edition)
        _write(outputs, found, edition)
    return 0


def _parsed(texts: Sequence[str]) -> list[Output | ExportOutput]:
    from grader.cli._exports import ExportOutput
    from grader.cli.output import Output, apart
    from grader.core import gradebook, kinds, report
    from grader.core.errors import UsageError
    from grader.core.text import quoted

    outputs: list[Output | ExportOutput] = []
    reports, exports = kinds.names(report.PACKAGE), kinds.names(gradebook.PACKAGE)
    for text in texts:
        name = text.partition(":")[0]
        if name not in {*reports, *exports}:
            known = ", ".join(dict.fromkeys((*reports, *exports)))
            raise UsageError(f"unknown format {quoted(name)}", hint=f"There are: {known}.")
        outputs.append(Output.parse(text) if name in reports else ExportOutput.parse(text))
    apart([output.path for output in outputs], "reports", "--to ")
    return outputs


def _see_that_it_fits(output: Output, found: Found, edition: Edition) -> None:
    """Raise UsageError for a report that can't hold what there is, or would show students each other's work."""
    from grader.core.errors import UsageError
    from grader.core.report import Edition

    why = "Nothing was handed in, or graded." * bool(found.missing)
    number, students = len(found.students), len(set(found.students))
    if output.format.single and number != 1:
        there = f"there are {number}" if number else "there is none"
        raise UsageError(
            f"{output.name} holds one result, and {there}",
            hint="Say which: --student ID, --exercise ID." if number else why,
        )
    if not number and edition is Edition.STUDENT:
        raise UsageError("there is no result to report", hint=why)
    if students > 1 and edition is Edition.STUDENT and not output.folder and not output.format.mixed:
        folder = f"Write a folder, --to {output.name}:report/, or choose" if output.format.folders else "Choose"
        raise UsageError(
            f"{students} students would see each other's results in one {output.name} file",
            hint=f"{folder} one with --student ID. For whoever teaches there is --edition staff.",
        )


def _write(outputs: Sequence[Output | ExportOutput], found: Found, edition: Edition) -> None:
    from grader.cli._exports import ExportOutput, say
    from grader.cli.run import unheard

    # Gradebooks are made before the first file is written: one that can't be made leaves none changed.
    texts = {
        number: output.text(found.book)
        for number, output in enumerate(outputs)
        if isinstance(output, ExportOutput) and found.book is not None
    }
    for number, output in enumerate(outputs):
        if isinstance(output, ExportOutput):
            output.write(texts[number])
            output.tell()
            continue
        cohort = found.cohort if output.format.folders else None
        try:
            remarks = output.write(found.results(), edition, cohort)
        except BrokenPipeError:
            unheard()  # the other reports are still wanted
            continue
        where = f"to {output.path}{'/' * output.folder}" if output.path is not None else "to standard output"
        results = "1 result" if len(found.students) == 1 else f"{len(found.students)} results"
        say(f"{output.name}: {results} {where}, {edition} edition")
        if found.missing and cohort is None:
            say(f"{output.name}: {found.missing} without a result left out: not handed in, or not graded")
        output.tell(remarks)
