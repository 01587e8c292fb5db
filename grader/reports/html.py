"""The `html` report: pages to read in a browser, that load nothing and work offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Protocol, TextIO

from grader.core.errors import UsageError
from grader.core.report import Edition, Report

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.result import Result
    from grader.reports._html.result import View

_SUBMISSIONS: Final = "a page for a student holds one student's results only"


class _Class(Protocol):
    """Several results, on a page or in a folder."""

    remarks: list[str]

    def add(self, result: Result) -> None: ...
    def stop(self) -> None: ...


class Html(Report):
    """One self-contained page, or a folder of them: light and dark, on paper and on a phone, with script and without.

    One result is a page with its checks, what was expected and found, causes, hints and the files handed in.
    Several, and a class, have an overview besides in the staff edition.
    In the student edition a file holds one student's results, and a folder is a page for each result.
    """

    suffix: ClassVar[str] = "html"
    folders: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._folder: Path | None = None
        self._results: list[Result] = []
        self._class: _Class | None = None
        if self.cohort is not None:
            self._class = self._single()

    def start_in(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()
        self._class = None
        if self.edition is Edition.STAFF:
            from grader.reports._html import klass

            self._class = klass.Folder(folder, self.edition, self.cohort)

    def add(self, result: Result) -> None:
        """Take a result. Raises UsageError where a student's page would show another student's work."""
        if self._class is not None:
            self._class.add(result)
        elif self._folder is not None:
            self._write(self._folder, result)
        elif self._results and self.edition is Edition.STAFF:
            self._class = self._single()
            for one in (*self._results, result):
                self._class.add(one)
        elif any(one.submission.id != result.submission.id for one in self._results):
            raise UsageError(_SUBMISSIONS, hint="Write a folder, which has a page for each: --to html:FOLDER/.")
        else:
            self._results.append(result)

    def stop(self) -> None:
        if self._class is not None:
            self._class.stop()
            self.remarks += self._class.remarks
        elif self._folder is None:
            from grader.reports._html import result as pages

            if len(self._results) == 1:
                views = [pages.view(self._results[0], self.edition)]
                self.stream.write(pages.page(views[0]))
            else:
                numbered = enumerate(self._results, start=1)
                views = [pages.view(one, self.edition, prefix=f"r{number}-", level=2) for number, one in numbered]
                self.stream.write(pages.several(views))
            for one in views:
                self._remark(one)

    def _single(self) -> _Class:
        from grader.reports._html import klass

        return klass.Single(self.stream, self.edition, self.cohort)

    def _write(self, folder: Path, result: Result) -> None:
        from grader.reports._html import result as pages

        name = pages.file_name(result)
        if name in self._names:  # an earlier attempt at the same
            name = f"{name.removesuffix('.html')}-{len(self._names) + 1}.html"
        self._names.add(name)
        shown = pages.view(result, self.edition)
        (folder / name).write_text(pages.page(shown), encoding="utf-8", newline="\n")
        self._remark(shown)

    def _remark(self, shown: View) -> None:
        from grader.reports._html import result as pages

        lost = pages.remark(shown)
        if lost is not None:
            self.remarks.append(lost)
