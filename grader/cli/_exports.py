"""A gradebook in the format of a spreadsheet or a platform: `FORMAT[:PATH]`, for several commands."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, NamedTuple, Self

import click

from grader.cli.output import at, mode_of, objection, opened, to_standard_output
from grader.core import kinds
from grader.core.errors import UsageError
from grader.core.gradebook import PACKAGE, Export
from grader.core.text import clean, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.gradebook import Gradebook


class ExportOutput(NamedTuple):
    """One export: its format, and its file."""

    name: str
    export: Export
    path: Path | None
    """None: standard output."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `csv`, `csv:scores.csv`. Raises UsageError for what there isn't, or can't be written."""
        name, _, path = text.partition(":")
        try:
            export = kinds.load(PACKAGE, Export, name)()
        except KeyError:
            known = ", ".join(kinds.names(PACKAGE))
            raise UsageError(f"unknown export format {quoted(name)}", hint=f"There are: {known}.") from None
        target = at(path) if path and path != "-" else None
        why = objection(target) if target is not None else None
        if why is not None:
            raise UsageError(f"the export file '{target}' {why}")
        return cls(name, export, target)

    def text(self, book: Gradebook) -> str:
        """Make it, and write nothing."""
        stream = io.StringIO(newline="")
        self.export.write(book, stream)
        return stream.getvalue()

    def write(self, text: str) -> None:
        """Write what was made, for nobody else to read. Raises SandboxError if it can't be written."""
        if self.path is None:
            if isinstance(sys.stdout, io.TextIOWrapper):
                # Whatever the terminal's encoding is: this is a file's content.
                sys.stdout.reconfigure(encoding="utf-8", newline="")
            with to_standard_output():
                sys.stdout.write(text)
                sys.stdout.flush()
            return
        with opened(self.path, "export", newline="", mode=mode_of(self.path)) as stream:
            stream.write(text)

    def tell(self) -> None:
        """Say on standard error what was written, and what a person should know of it."""
        where = f"to {self.path}" if self.path is not None else "to standard output"
        rows = self.export.rows
        say(f"{self.name}: {rows} {'row' if rows == 1 else 'rows'} {where}")
        for remark in self.export.remarks:
            say(f"{self.name}: {remark}")


def say(text: str) -> None:
    """Write a line to standard error."""
    click.echo(clean(text), err=True)
