"""Validation errors in an author's words, with their places."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from grader.core import kinds
from grader.core.check import PACKAGE, Check
from grader.core.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from grader.core.yaml import Document, Path

_WORDS: Final = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "invalid_key": "a name must be text; put it in quotes",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a map of names and values",
    "model_type": "must be a map of names and values",
    "model_attributes_type": "must be a map of names and values",
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
        "must be a date and a time, for example 2026-12-01T23:59:00+07:00",
    ),
}
_PHRASES: Final = {
    "Input should be greater than or equal to": "must be at least",
    "Input should be less than or equal to": "must be at most",
    "Input should be greater than": "must be more than",
    "Input should be less than": "must be less than",
    "Input should be": "must be",
    "Value should": "must",
    "String should": "must",
}


class Problems:
    """Collects what is wrong with a document, all of it at once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: list[tuple[tuple[int, int], str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, path: Path, message: str, *, key: bool = False) -> None:
        """Note one problem; `key`: it is the name at `path` that is wrong, not its value."""
        place = self._document.place(path, key=key)
        _, line, column = place.rsplit(":", 2)
        name = show_path(path)
        self._found.append(((int(line), int(column)), f"{place}: {name}: {message}" if name else f"{place}: {message}"))

    def take(
        self, error: ValidationError, model: type[BaseModel], prefix: Path = (), *, told: Path | None = None
    ) -> None:
        """Note everything that pydantic found, but what is wrong with the part `told`: that is known already."""
        for detail in error.errors(include_url=False):
            if detail["loc"] == told:
                continue
            path = self._known((*prefix, *detail["loc"]), missing=detail["type"] == "missing")
            named = detail["type"] in {"extra_forbidden", "invalid_key"} or detail["loc"][-1:] == ("[key]",)
            self.add(path, _message(detail, self._owner(model, prefix, detail["loc"][:-1])), key=named)

    def _owner(self, model: type[BaseModel], prefix: Path, path: Path) -> type[BaseModel] | None:
        """Find the model that a place belongs to: inside a group, the kind of the nearest check says which."""
        for end in range(len(path), 0, -1):
            found = _model_at(model, path[:end])
            kind = self._document.at((*prefix, *path[:end], "kind")) if found is Check else None
            if kind in kinds.names(PACKAGE):
                return _model_at(kinds.load(PACKAGE, Check, str(kind)), path[end:])
        return _model_at(model, path)

    def _known(self, path: Path, *, missing: bool) -> Path:
        """Leave out the names that pydantic has for alternatives: only what stands in the document is a place."""
        known: Path = ()
        for index, part in enumerate(path):
            if (*known, part) in self._document.values or (missing and index == len(path) - 1):
                known = (*known, part)
        return known

    def sorted(self) -> tuple[str, ...]:
        """Give them in the order of the file, each once."""
        return tuple(dict.fromkeys(message for _, message in sorted(self._found, key=lambda found: found[0])))


def show_path(path: Sequence[str | int]) -> str:
    """Write a path as people do: `checks[2].port`."""
    shown = ""
    for part in path:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else str(part)
    return shown


def _message(detail: ErrorDetails, owner: type[BaseModel] | None) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown(str(detail["loc"][-1]), owner) if owner else "unknown field"
    if kind == "missing":
        return "is missing"
    if kind == "literal_error":
        wanted = (detail.get("ctx") or {}).get("expected", "")
        return f"must be {wanted}"
    if kind == "string_type" and detail["loc"][-2:] == ("in", "plain"):
        return "must be the name of a container, or a map such as {container: web}"
    if kind == "value_error":
        return str((detail.get("ctx") or {}).get("error", detail["msg"]))
    return _WORDS.get(kind) or _rephrased(detail["msg"])


def _unknown(name: str, owner: type[BaseModel]) -> str:
    """Say where a field belongs that isn't one here."""
    if issubclass(owner, Check) and owner.nested and name in kinds.names(PACKAGE):
        field, several = owner.nested[-1], "checks" in owner.nested
        inside = f"[{{kind: {name}, …}}]" if several else f"{{kind: {name}, …}}"
        return f"unknown field; a check inside stands in '{field}', as {field}: {inside}"
    for field, info in owner.model_fields.items():
        inner = _inner(info.annotation)
        if isinstance(inner, type) and issubclass(inner, BaseModel) and name in _names(inner):
            return f"unknown field here; it belongs in '{info.alias or field}'"
    return f"unknown field{did_you_mean(name, _names(owner))}"


def _rephrased(message: str) -> str:
    for theirs, ours in _PHRASES.items():
        if message.startswith(theirs):
            return ours + message.removeprefix(theirs)
    return message


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], path: Sequence[int | str]) -> type[BaseModel] | None:
    """Find the model that a path of field names leads to."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            fields = current.model_fields
            found = next((field for name, field in fields.items() if part in {name, field.alias}), None)
            if found is None:
                continue  # one of pydantic's own names, for an alternative
            current = _inner(found.annotation)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _inner(annotation: Any) -> Any:
    """Find the model inside `dict[str, Model]`, `tuple[Model, ...]`, `Model | None`."""
    for argument in reversed(typing.get_args(annotation)):
        found = _inner(argument)
        if isinstance(found, type) and issubclass(found, BaseModel):
            return found
    return annotation
