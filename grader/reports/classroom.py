"""The `classroom` report: what GitHub Classroom's own reporter takes as the result of a grader."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TextIO

from grader.core.report import Report
from grader.reports._payload import Payload

if TYPE_CHECKING:
    from grader.core.result import Result


class Classroom(Report):
    """The payload of `autograding-grading-reporter`, base64 on one line: status, highest score, tests.

    What has no score has no highest one either, so that the reporter tells Classroom of no points, and never of zero.
    A bonus counts up to the highest score.
    """

    suffix: ClassVar[str] = "txt"
    single: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._text = ""

    def add(self, result: Result) -> None:
        payload = Payload(result)
        self._text = payload.text
        self.remarks += payload.remarks

    def stop(self) -> None:
        if self._text:
            self.stream.write(f"{self._text}\n")
