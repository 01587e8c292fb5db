"""The `json` export: the gradebook as it is, in the schema `grader/gradebook/v1`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar, Literal, TextIO

from pydantic import Field

from grader.core.gradebook import Export, Gradebook

if TYPE_CHECKING:
    from grader.core.gradebook import Entry, Override, Task
    from grader.core.handin import Person


class Document(Gradebook):
    """What the file holds; `Document.model_json_schema(mode="serialization")` describes it."""

    schema_: Literal["grader/gradebook/v1"] = Field(default="grader/gradebook/v1", alias="schema")


class Json(Export):
    """Tasks, people and entries, complete: with overrides, flags and feedback, and null where there is no score.

    Everything but ASCII is escaped, so that the encoding of the stream doesn't matter.
    Each task, person and entry has a line of its own, which makes two exports easy to compare.
    """

    suffix: ClassVar[str] = "json"

    def write(self, book: Gradebook, stream: TextIO) -> None:
        stream.write('{"schema":"grader/gradebook/v1"')
        parts: tuple[tuple[str, tuple[Task | Person | Entry, ...]], ...] = (
            ("tasks", book.tasks), ("people", book.people), ("entries", book.entries),
        )  # fmt: skip
        for name, values in parts:
            lines = ",\n".join(_line(one) for one in values)
            stream.write(f',\n"{name}":[\n{lines}\n]' if lines else f',\n"{name}":[]')
        stream.write("\n}\n")
        self.rows = len(book.entries)


def _line(value: Task | Person | Entry | Override) -> str:
    return json.dumps(value.model_dump(mode="json"), separators=(",", ":"), allow_nan=False)
