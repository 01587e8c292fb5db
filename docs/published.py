"""The JSON Schemas of what `grader` writes for other programs, made from its models."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from grader.core import gradebook, handin, result, transcript
from grader.core.describe import field_docs
from grader.exports.json import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.model import Model

PUBLISHED: Final[dict[str, type[Model]]] = {"result-v1": result.Result, "gradebook-v1": Document}
_MODULES: Final = (result, transcript, gradebook, handin)
_TITLES: Final = {
    "result-v1": "grader/result/v1: what grading one submission has found",
    "gradebook-v1": "grader/gradebook/v1: the scores of a class",
}
_OPEN: Final = {("Evidence", "kind"), ("Source", "language")}
"""Fields whose values may become more without a new version."""
_NUMBER: Final = {"type": "number"}
_SCORED: Final = {
    "if": {"properties": {"status": {"const": "graded"}}},
    "then": {"required": ["score", "max_score"], "properties": {"score": _NUMBER, "max_score": _NUMBER}},
    "else": {"properties": {"score": {"type": "null"}, "max_score": {"type": "null"}}},
}
"""That there is a score if, and only if, it was graded."""


def schemas() -> Iterator[tuple[str, str]]:
    """Give each schema's name and text."""
    for name, model in PUBLISHED.items():
        yield f"{name}.schema.json", json.dumps(_schema(name, model), indent=2, ensure_ascii=False) + "\n"


def _schema(name: str, model: type[Model]) -> dict[str, Any]:
    known = {one.__name__: one for module in _MODULES for one in vars(module).values() if inspect.isclass(one)}
    _, made = models_json_schema([(model, "serialization")], by_alias=True)
    definitions: dict[str, dict[str, Any]] = made["$defs"]
    for title, definition in definitions.items():
        described = model if title == model.__name__ else known[title]
        definition.pop("title", None)
        if "properties" in definition:
            _describe(title, definition, described)
        _plain(definition)
    top = definitions.pop(model.__name__)
    top.pop("description", None)
    top["required"] = ["schema", *top["required"]]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:grader:{name.replace('-', ':')}"}
    rules = _SCORED if model is result.Result else {}
    return {**head, "title": _TITLES[name], **top, **rules, "$defs": definitions}


def _describe(title: str, definition: dict[str, Any], model: Any) -> None:
    """Say what each field is, and let there be more fields: a later version of grader may write them."""
    definition["additionalProperties"] = True
    texts = field_docs(model)
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    for key, field in definition["properties"].items():
        field.pop("title", None)
        text = texts.get(names[key])
        if text:
            field["description"] = re.sub(r"\bNone\b", "null", " ".join(text.split()))
        if (title, key) in _OPEN:
            field["examples"] = field.pop("enum")


def _plain(definition: Any) -> None:
    """Write what pydantic says of points in the words of JSON Schema."""
    if isinstance(definition, list):
        for one in definition:
            _plain(one)
    elif isinstance(definition, dict):
        if definition.pop("decimal_places", None) is not None:
            del definition["anyOf"]
            definition |= {"type": "number", "minimum": 0}
        for one in definition.values():
            _plain(one)
