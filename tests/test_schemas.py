"""The published schemas: what `grader` writes holds them, and what they refuse is wrong."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest

from grader.core.model import Model
from grader.core.result import Result
from grader.exports.json import Document
from grader.exports.json import Json as GradebookJson
from grader.reports.json import Json
from tests.reports.cases import cases
from tests.support.gradebooks import NOTHING, make_book, make_override, make_person, make_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

SCHEMAS: Final = Path(__file__).parent.parent / "docs" / "schemas"
RESULT: Final[dict[str, Any]] = json.loads((SCHEMAS / "result-v1.schema.json").read_text(encoding="utf-8"))
GRADEBOOK: Final[dict[str, Any]] = json.loads((SCHEMAS / "gradebook-v1.schema.json").read_text(encoding="utf-8"))
BOOK: Final = make_book(
    [make_person("ada", columns={"ID": "7"}), make_person("bo", on_roster=False)],
    [make_task("first", max_score="2.5"), make_task("second")],
    {("bo", "second"): NOTHING, ("ada", "first"): {"overrides": (make_override(),), "late_percent": 20}},
)


def validator(schema: dict[str, Any]) -> Any:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def written(*results: Result) -> Any:
    stream = io.StringIO()
    report = Json()
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return json.loads(stream.getvalue())


def gradebook() -> dict[str, Any]:
    stream = io.StringIO()
    GradebookJson().write(BOOK, stream)
    found: dict[str, Any] = json.loads(stream.getvalue())
    return found


@pytest.mark.parametrize("name", cases())
def test_every_result_holds_its_schema(name: str) -> None:
    validator(RESULT).validate(written(cases()[name]))


def test_so_does_each_of_several() -> None:
    for one in written(*cases().values()):
        validator(RESULT).validate(one)


def test_every_gradebook_holds_its_schema() -> None:
    validator(GRADEBOOK).validate(gradebook())


@pytest.mark.parametrize(("schema", "model"), [(RESULT, Result), (GRADEBOOK, Document)])
def test_every_field_is_in_it(schema: dict[str, Any], model: type[Model]) -> None:
    """A field of a model that the schema leaves out would be one that readers don't know of."""
    parts = {**schema["$defs"], model.__name__: schema}
    for one in within(model, set()):
        names = {field.alias or name for name, field in one.model_fields.items() if not field.exclude}
        assert set(parts[one.__name__]["properties"]) == names, one.__name__


def within(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if model in seen:
        return
    seen.add(model)
    yield model
    for field in model.model_fields.values():
        for inner in types_in(field.annotation):
            yield from within(inner, seen)


def types_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from types_in(argument)


def test_a_later_version_may_write_more() -> None:
    """Everywhere, objects may have fields that this version doesn't know."""
    for document, schema in ((written(cases()["typical"]), RESULT), (gradebook(), GRADEBOOK)):
        grown = copy.deepcopy(document)
        grow(grown)
        assert grown != document
        validator(schema).validate(grown)
    kind = written(cases()["typical"])
    kind["checks"][1]["evidence"][0]["kind"] = "a later kind"
    validator(RESULT).validate(kind)


MAPS: Final = ("taken", "clocks", "versions", "limits", "arguments", "columns", "extensions")
"""Whose keys are data, and whose values are of one type."""


def grow(value: Any) -> None:
    if isinstance(value, dict):
        for name, one in list(value.items()):
            if name not in MAPS:
                grow(one)
        value["of_a_later_version"] = {"x": [1]}
    elif isinstance(value, list):
        for one in value:
            grow(one)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "grader/result/v2"}, {"status": "fine"}, {"score": None}, {"score": "2"}, {"score": -1},
        {"max_score": None}, {"checks": [{}]}, {"checks": None}, {"attempt": 1}, {"seed": 1.5}, {"flags": [1]},
        {"status": "ungraded"}, {"clocks": {"pull": "1"}}, {"exercise": {"id": "x"}},
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(change: dict[str, object]) -> None:
    document = written(cases()["typical"])
    with pytest.raises(jsonschema.ValidationError):
        validator(RESULT).validate({**document, **change})


@pytest.mark.parametrize("name", RESULT["required"])
def test_what_is_missing_is_missed(name: str) -> None:
    document = written(cases()["typical"])
    del document[name]
    with pytest.raises(jsonschema.ValidationError):
        validator(RESULT).validate(document)


def test_words_of_json_schema_only() -> None:
    for schema in (RESULT, GRADEBOOK):
        text = json.dumps(schema)
        assert "decimal_places" not in text
        assert "None" not in text
