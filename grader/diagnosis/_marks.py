"""Characters that a Dockerfile takes as they are, where a person meant something by them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction

CURLY: Final = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb"
"""Quotes that word processors put in place of straight ones."""
DASHES: Final = "\u2013\u2014"
SPACES: Final = "\u00a0\u202f\u2007"
_STRAIGHT: Final = str.maketrans(
    {**dict.fromkeys(CURLY, '"'), **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"), **dict.fromkeys(SPACES, " ")}
)
# A shell reads a comment in these for itself, and behind a JSON array BuildKit leaves out whatever stands there.
_OF_SHELLS: Final = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "ONBUILD", "RUN", "SHELL"})
_COMMENT: Final = re.compile(r"""\s(#[^"']{0,500})\Z""")


def comment(instruction: Instruction) -> str | None:
    """Give the comment at the end of an instruction that knows none: it counts as words of the instruction."""
    if instruction.name in _OF_SHELLS or "\n" in instruction.text:
        return None
    return comment_in(instruction.text)


def comment_in(line: str) -> str | None:
    """Give what looks like a comment at the end of a line."""
    found = _COMMENT.search(line[-600:].rstrip())
    return found[1] if found is not None else None


def typographic(text: str) -> str | None:
    """Give the first word that has a quote, a dash or a space which no keyboard has, where it matters."""
    found = re.search(rf"\S{{0,60}}[{CURLY}{SPACES}]\S{{0,60}}|(?<!\S)-?[{DASHES}]+\w\S{{0,60}}", text)
    return found[0] if found is not None else None


def straight(text: str) -> str:
    """Replace such characters by those that were meant."""
    dashes = re.sub(rf"(?<!\S)-?[{DASHES}]+(?=(\w+))", lambda found: "-" if len(found[1]) == 1 else "--", text)
    return dashes.translate(_STRAIGHT)
