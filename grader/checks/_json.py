"""Parts of a JSON document, as exercises name them."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

from grader.core.matchers import Expectation, parse


def _paths(value: dict[str, Any]) -> dict[str, Any]:
    for path in value:
        if not path.startswith("$"):
            raise ValueError(f"'{path}' is not a JSONPath; write for example $.{path}")
    parse({"json": value})  # compiles every path, so that a wrong one is found when the exercise is loaded
    return value


JsonPaths: TypeAlias = Annotated[dict[str, Expectation], Field(min_length=1), AfterValidator(_paths)]
"""JSONPaths, each with its expectation."""
