"""Kinds are found by listing a folder: the name of the file is the name of the kind."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


@cache
def names(package: str) -> tuple[str, ...]:
    """Name every kind in `package`, without importing one: its modules that don't start with an underscore."""
    root = importlib.import_module(package)
    return tuple(
        sorted(found.name for found in pkgutil.iter_modules(root.__path__) if not found.ispkg and found.name[0] != "_")
    )


@cache
def module(package: str, name: str) -> ModuleType:
    """Import one kind's module. Raises KeyError when there is no such kind."""
    # Only a listed name is ever imported: the name may come from a file.
    if name not in names(package):
        raise KeyError(name)
    return importlib.import_module(f"{package}.{name}")


@cache
def load(package: str, base: type[T], name: str) -> type[T]:
    """Give the class that implements kind `name`. Raises KeyError when there is no such kind.

    Raises TypeError unless the module defines exactly one subclass of `base`: a kind is one file.
    """
    found = [
        member
        for member in vars(module(package, name)).values()
        if inspect.isclass(member) and issubclass(member, base) and member.__module__ == f"{package}.{name}"
    ]
    if len(found) != 1:
        raise TypeError(f"{package}.{name} must define exactly one {base.__name__}, and defines {len(found)}")
    return found[0]
