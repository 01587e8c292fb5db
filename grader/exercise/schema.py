"""The JSON Schema of exercise.yaml, made from the models, so that it can't disagree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from grader.core import kinds, nested, specs
from grader.core.check import PACKAGE as CHECKS
from grader.core.check import Check
from grader.core.describe import field_docs
from grader.core.late import LatePolicy
from grader.exercise.model import ExerciseFile, Variable
from grader.submissions import PACKAGE as SUBMISSIONS
from grader.submissions import Submission

if TYPE_CHECKING:
    from grader.core.model import Model


_INSIDE: Final = "CheckInside"
"""The definition of what may stand in a group."""
_VARIABLE: Final = r"\$\{"
"""Text with a variable in it, which may be anything once it is filled in."""
_AS_TEXT: Final = {
    "integer": rf"^[+-]?[0-9]+$|{_VARIABLE}",
    "number": rf"^[+-]?[0-9]+(\.[0-9]+)?$|{_VARIABLE}",
    "boolean": rf"^([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF|[YyNnTtFf01])$|{_VARIABLE}",
}
"""How the loader takes these as text, too."""


def schema() -> dict[str, Any]:
    """Give the schema (draft 2020-12): every kind of check and of submission is one alternative."""
    checks = [kinds.load(CHECKS, Check, name) for name in kinds.names(CHECKS)]
    submissions = [kinds.load(SUBMISSIONS, Submission, name) for name in kinds.names(SUBMISSIONS)]
    parts: list[type[Model]] = [
        specs.BuildSpec,
        specs.Ready,
        specs.ContainerSpec,
        specs.LimitSpec,
        specs.Given,
        specs.Where,
        Variable,
        LatePolicy,
    ]
    models: list[type[Model]] = [ExerciseFile, *parts, *checks, *submissions]
    refs, whole = models_json_schema([(model, "validation") for model in models], by_alias=True)
    defs = whole["$defs"]
    names = {model: refs[model, "validation"]["$ref"].rpartition("/")[2] for model in models}
    for model, name in names.items():
        _describe(defs[name], model)
    for model in (*checks, *submissions):
        defs[names[model]]["required"] = sorted({*defs[names[model]].get("required", ()), "kind"})
    top = defs.pop(names[ExerciseFile])
    for base in ("Check", "Submission"):
        defs.pop(base, None)
    top["properties"]["checks"]["items"] = {"anyOf": [refs[model, "validation"] for model in checks]}
    top["properties"]["submission"] = {"anyOf": [refs[model, "validation"] for model in submissions]}
    _loosen(top)
    _loosen(defs)
    _nest(defs, [names[model] for model in checks])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": defs}


def _nest(defs: dict[str, Any], checks: list[str]) -> None:
    """Add every kind of check as it stands in a group: without an id, and without what only the group has."""
    for name in checks:
        _refer(defs[name])
    for name in checks:
        fields = {key: value for key, value in defs[name]["properties"].items() if key not in nested.OF_THE_GROUP}
        required = [key for key in defs[name]["required"] if key != "id"]
        defs[f"{name}Inside"] = {**defs[name], "properties": fields, "required": required}
    defs[_INSIDE] = {"anyOf": [{"$ref": f"#/$defs/{name}Inside"} for name in checks]}


def _refer(definition: Any) -> None:
    """Put a reference wherever the mark of a nested check stands."""
    if isinstance(definition, list):
        for one in definition:
            _refer(one)
    elif isinstance(definition, dict):
        if definition.get("$comment") == nested.SCHEMA["$comment"]:
            del definition["$comment"]
            definition["$ref"] = f"#/$defs/{_INSIDE}"
        for one in definition.values():
            _refer(one)


def _loosen(definition: Any) -> None:
    """Accept what the loader accepts: a number for text and the other way round, and a variable for either.

    Alternatives are told by what the loader sees first, so a value may fit several of them.
    """
    if isinstance(definition, list):
        for one in definition:
            _loosen(one)
        return
    if not isinstance(definition, dict):
        return
    if isinstance(definition.get("oneOf"), list):
        definition["anyOf"] = definition.pop("oneOf")
    kind = definition.get("type")
    fixed = not {"const", "enum", "format"}.isdisjoint(definition)
    if isinstance(kind, str) and kind in _AS_TEXT and not fixed:
        definition |= {"type": [kind, "string"], "pattern": _AS_TEXT[kind]}
    elif kind == "string" and "pattern" in definition:
        definition["pattern"] = f"({definition['pattern']})|{_VARIABLE}"
    elif kind == "string" and not fixed:
        definition["type"] = ["string", "number"]
    for name, one in definition.items():
        if name not in {"const", "enum", "default"}:
            _loosen(one)


def _describe(definition: dict[str, Any], model: type[Model]) -> None:
    for name, text in field_docs(model).items():
        shown = definition["properties"].get(model.model_fields[name].alias or name)
        if shown is not None:
            shown.setdefault("description", text)
