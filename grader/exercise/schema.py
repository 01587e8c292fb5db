"""The JSON Schema of exercise.yaml, made from the models, so that it can't disagree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from grader.core import kinds
from grader.core.check import PACKAGE as CHECKS
from grader.core.check import Check
from grader.exercise.model import ExerciseFile
from grader.submissions import PACKAGE as SUBMISSIONS
from grader.submissions import Submission

if TYPE_CHECKING:
    from grader.core.model import Model


def schema() -> dict[str, Any]:
    """Give the schema (draft 2020-12): every kind of check and of submission is one alternative."""
    checks = [kinds.load(CHECKS, Check, name) for name in kinds.names(CHECKS)]
    submissions = [kinds.load(SUBMISSIONS, Submission, name) for name in kinds.names(SUBMISSIONS)]
    models: list[type[Model]] = [ExerciseFile, *checks, *submissions]
    refs, whole = models_json_schema([(model, "validation") for model in models], by_alias=True)
    defs = whole["$defs"]
    top = defs.pop(refs[ExerciseFile, "validation"]["$ref"].rpartition("/")[2])
    for name in ("Check", "Submission"):
        defs.pop(name, None)
    for model in (*checks, *submissions):
        definition = defs[refs[model, "validation"]["$ref"].rpartition("/")[2]]
        definition["required"] = sorted({*definition.get("required", ()), "kind"})
    top["properties"]["checks"]["items"] = {"anyOf": [refs[model, "validation"] for model in checks]}
    top["properties"]["submission"] = {"anyOf": [refs[model, "validation"] for model in submissions]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": defs}
