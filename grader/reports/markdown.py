"""The `markdown` report: a page for a step summary or a comment on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TextIO

from grader.core.report import Report
from grader.reports._page import Page

if TYPE_CHECKING:
    from grader.core.result import Result

COMMENT: Final = 65_536
"""Characters of a comment: GitHub refuses a longer one. A page has no more bytes."""


class Markdown(Report):
    """GitHub's Markdown: score, a table of the checks, and of each failed check what was found, why, and what to do.

    Several results begin with a table of them. A page ends where GitHub takes no more, with a line that says what is
    left out: of one result at what a comment may have (65,536 characters), of several at what a summary may (1 MiB).
    """

    suffix: ClassVar[str] = "md"

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._page = Page(alone=COMMENT)

    def add(self, result: Result) -> None:
        self._page.add(result)

    def stop(self) -> None:
        text, remarks = self._page.finish()
        self.remarks += remarks
        self.stream.write(text)
