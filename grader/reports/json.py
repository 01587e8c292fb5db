"""The `json` report: results as they are, in the schema `grader/result/v1`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar, TextIO

from grader.core.report import Report

if TYPE_CHECKING:
    from grader.core.result import Result


class Json(Report):
    """One result is one object; several are an array with one result per line; none is an empty array.

    The array is valid JSON as a whole, and can be read line by line by what doesn't want it in memory.
    Everything but ASCII is escaped, so that the encoding of the stream doesn't matter.
    """

    suffix: ClassVar[str] = "json"
    mixed: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._first: Result | None = None
        self._count = 0

    def add(self, result: Result) -> None:
        self._count += 1
        if self._first is None:
            self._first = result  # written when it is known whether others follow
            return
        if self._count == 2:  # noqa: PLR2004 - the second result makes it an array
            self.stream.write(f"[\n{_line(self._first)}")
        self.stream.write(f",\n{_line(result)}")

    def stop(self) -> None:
        if self._first is None:
            self.stream.write("[]\n")
        elif self._count == 1:
            json.dump(self._first.model_dump(mode="json"), self.stream, indent=2, allow_nan=False)
            self.stream.write("\n")
        else:
            self.stream.write("\n]\n")


def _line(result: Result) -> str:
    return json.dumps(result.model_dump(mode="json"), separators=(",", ":"), allow_nan=False)
