"""Lists of words."""

from __future__ import annotations


def vocabulary(text: str) -> frozenset[str]:
    """Give the words of a text, each once."""
    return frozenset(text.split())
