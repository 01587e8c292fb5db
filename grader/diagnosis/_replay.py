"""Work that can't be done again here as it was done on the student's machine: what a person should know."""

from __future__ import annotations


def not_replayed(why: str) -> str:
    """Give the flag that says so; `why` goes on after a colon."""
    return f"could not be replayed here: {why}"
