"""What the fields of a model mean, from the docstrings below them in its source.

Pydantic can do that by itself (`use_attribute_docstrings`), by reading the source of every class at every start; only
the reference pages and the JSON Schema need it.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Give the docstring of each field, those of base classes included."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if cls.__module__.startswith("grader."):
            found |= _own(cls)
    return {name: text for name, text in found.items() if name in model.model_fields}


def _own(cls: type) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    if not isinstance(body, ast.ClassDef):
        return {}
    found = {}
    for field, text in itertools.pairwise(body.body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr)):
            continue
        if isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            found[field.target.id] = inspect.cleandoc(text.value.value)
    return found
