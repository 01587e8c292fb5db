"""Checks inside a check: the field type of groups, which reads each by its kind as the loader does."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails

from grader.core import kinds
from grader.core.check import PACKAGE, Check
from grader.core.text import did_you_mean

MAX_DEPTH: Final = 4
"""Groups within groups."""
SCHEMA: Final = {"$comment": "a check inside a group"}
"""Stands in a JSON Schema for what `grader.exercise.schema` puts there: every kind is an alternative."""
OF_THE_GROUP: Final = ("points", "bonus", "needs", "hint", "visibility", "feedback")
"""Common fields that only the check as a whole has."""


def _read(raw: object) -> object:
    """Make the check that a map describes. Raises ValidationError, with the place of each problem inside it."""
    if isinstance(raw, Check):
        return raw
    if not isinstance(raw, dict):
        raise ValueError("must be a map of names and values")  # noqa: TRY004 - pydantic reports ValueError
    kind = raw.get("kind")
    if kind is None:
        raise ValueError(f"has no kind; there are {', '.join(kinds.names(PACKAGE))}")
    try:
        model = kinds.load(PACKAGE, Check, str(kind))
    except KeyError:
        known = kinds.names(PACKAGE)
        raise _errors([_problem("kind", f"unknown kind '{kind}'{did_you_mean(str(kind), known)}", kind)]) from None
    found = [
        _problem(name, "belongs to the group as a whole, not to a check inside it", raw[name])
        for name in OF_THE_GROUP
        if name in raw
    ]
    try:
        # Nothing refers to it: without an id of its own, it goes by its kind.
        made = model.model_validate({"id": str(kind), **{name: raw[name] for name in raw if name not in OF_THE_GROUP}})
    except ValidationError as error:
        raise _errors([*found, *map(_again, error.errors(include_url=False))]) from None
    if found:
        raise _errors(found)
    return made


def _problem(name: str, message: str, value: object) -> InitErrorDetails:
    return InitErrorDetails(type="value_error", loc=(name,), input=value, ctx={"error": ValueError(message)})


def _again(found: Any) -> InitErrorDetails:
    return InitErrorDetails(type=found["type"], loc=found["loc"], input=found["input"], ctx=found.get("ctx", {}))


def _errors(found: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data("check", found)


def _write(check: Check, info: Any) -> dict[str, Any]:
    written = check.model_dump(
        mode=info.mode, exclude_defaults=info.exclude_defaults, exclude_unset=info.exclude_unset, by_alias=True
    )
    common = {name: value for name, value in written.items() if name not in OF_THE_GROUP}
    return {**common, "kind": check.kind}  # without which nobody could tell what the rest means


def depth(check: Check) -> int:
    """Count how many groups are within each other."""
    return max((1 + depth(part) for _, part in check.parts()), default=0)


Nested = Annotated[Check, BeforeValidator(_read), PlainSerializer(_write), WithJsonSchema(SCHEMA)]
"""A check inside a group: it has no points, and needs no id."""
