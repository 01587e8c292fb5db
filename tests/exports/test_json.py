from __future__ import annotations

import json

import jsonschema
import pytest

from grader.core.gradebook import Gradebook
from grader.exports.json import Document, Json
from tests.support.gradebooks import HARMLESS, HOSTILE, NOTHING, make_book, make_override, make_person, make_task
from tests.support.tables import written

SCHEMA = Document.model_json_schema(mode="serialization")
BOOKS = [
    Gradebook(tasks=(), people=(), entries=()),
    make_book(),
    make_book(
        [make_person("ada", columns={"ID": "7", "Größe": "1"}), make_person("bo", on_roster=False)],
        [make_task("first", max_score="2.5"), make_task("second")],
        {("bo", "second"): NOTHING, ("ada", "first"): {"overrides": (make_override(),), "late_percent": 20}},
    ),
    make_book([make_person(f"p{n}", name=text) for n, text in enumerate((*HOSTILE, *HARMLESS))]),
]


@pytest.mark.parametrize("book", BOOKS)
def test_complete_and_read_back(book: Gradebook) -> None:
    export = Json()
    text = written(export, book)
    data = json.loads(text)
    assert data.pop("schema") == "grader/gradebook/v1"
    assert data == book.model_dump(mode="json")
    assert Document.model_validate_json(text).entries == book.entries
    assert (export.rows, export.remarks) == (len(book.entries), [])


@pytest.mark.parametrize("book", BOOKS)
def test_holds_its_schema(book: Gradebook) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(written(Json(), book)), SCHEMA)


def test_the_schema_refuses() -> None:
    data = json.loads(written(Json(), make_book()))
    changes: tuple[dict[str, object], ...] = ({"schema": "grader/gradebook/v2"}, {"entries": [{}]}, {"more": 1})
    for change in changes:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**data, **change}, SCHEMA)


def test_no_score_is_null_and_numbers_are_numbers() -> None:
    entries = {("bo", "first-dockerfile"): NOTHING}
    data = json.loads(written(Json(), make_book([make_person("ada"), make_person("bo")], entries=entries)))
    assert [entry["score"] for entry in data["entries"]] == [8, None]


def test_a_line_each_in_ascii() -> None:
    text = written(Json(), make_book([make_person(name="Zoë"), make_person("bo")]))
    assert text.isascii()
    assert text.endswith("\n}\n")
    assert sum(line.startswith('{"exercise":') for line in text.splitlines()) == 2
