"""`$NAME` and `${NAME}` in a text, as Go's os.Expand reads them: container-structure-test uses it.

https://pkg.go.dev/os#Expand
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# `${}` and an opening brace without its end are dropped; a $ before anything else stays.
_REFERENCE: Final = re.compile(r"\$(?:\{(?P<braced>[^}]*)\}|(?P<plain>\w+|[*#$@!?-])|(?P<broken>\{))", re.ASCII)
_SPECIAL: Final = re.compile(r"[*#$@!?0-9-]")


def expand(value: str, variables: Mapping[str, str]) -> str:
    """Fill in all references; unknown names stand for nothing."""
    return _REFERENCE.sub(lambda found: _value(found, variables), value)


def substitute(value: str, variables: Mapping[str, str]) -> str:
    """Fill in the known names alone, and leave the other references as they are."""
    return _REFERENCE.sub(lambda found: variables.get(_name(found), found[0]), value)


def _name(found: re.Match[str]) -> str:
    name = found["braced"] if found["braced"] is not None else found["plain"] or ""
    # `$12` is the first argument and a 2, as in a shell.
    return name[:1] if found["plain"] and _SPECIAL.match(name) else name


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    name = _name(found)
    rest = found["plain"][len(name) :] if found["plain"] else ""
    return variables.get(name, "") + rest
