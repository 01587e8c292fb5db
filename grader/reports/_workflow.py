"""Lines for GitHub's runner: its commands, and text that is none.

The runner takes a line for a command if it begins with `::`, after spaces, or if `##[` is anywhere in it; a line ends
at a CR or LF. A line that begins with a bar and has no `##[` in it is therefore none, whatever else it says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
"""Characters of no width that `clean` lets pass, as letters need them; .NET compares as if they were not there."""
_BRACKETS: Final = re.compile(f"(#[{_NOTHING}]*#[{_NOTHING}]*)\\[")


def plain(text: str, bar: str = "| ") -> str:
    """Give text as lines that are no commands."""
    return "\n".join(f"{bar}{unbracketed(clean(line))}" for line in text.split("\n"))


def unbracketed(text: str) -> str:
    """Break the syntax that is a command anywhere in a line."""
    return _BRACKETS.sub("\\1 [", text)


def command(name: str, data: str = "", properties: Mapping[str, object] | None = None) -> str:
    """Give a command; properties without a value are left out."""
    given = {key: value for key, value in (properties or {}).items() if value not in {None, ""}}
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in given.items())
    return f"::{name}{' ' if listed else ''}{listed}::{_data(data)}"


def _data(text: str) -> str:
    return unbracketed(clean(text)).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    # A tab or a line end has no place in a title or a path.
    return _data(" ".join(text.split())).replace(":", "%3A").replace(",", "%2C")
