"""Regular expressions for hostile text: linear time, compiled when first used."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def pattern(text: str) -> Any:
    """Compile an RE2 pattern of ours."""
    import re2

    return re2.compile(text)
