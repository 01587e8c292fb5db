"""Text that came from a submission, made safe to keep and to show."""

from __future__ import annotations

import difflib
import itertools
import unicodedata
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TEXT: Final = 8_000
"""Characters of one piece of student text that a Result keeps."""

MAX_SOURCE: Final = 64 * 1024
"""Bytes of one file of a submission that a Result keeps."""

_REPEATED: Final = 3
"""Times that a line is there again from which on they are counted."""

# Format characters (Cf) reorder or hide text: bidi overrides, zero-width joiners, tags.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str) -> str:
    """Escape every character that a terminal, a log or a reader could act on; keep tabs and line ends."""
    text = text.replace("\r\n", "\n")
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text  # nearly always, and results have a lot of it
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in _UNSAFE else _escape(c) for c in text)


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:  # noqa: PLR2004 - the range that \xNN can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def clip(text: str, limit: int = MAX_TEXT) -> str:
    """Keep head and tail of a long text, with a marker that says how much is gone."""
    if len(text) <= limit:
        return text
    tail = limit * 2 // 3
    head = limit - tail
    return f"{text[:head]}\n[… {len(text) - limit} characters left out …]\n{text[-tail:]}"


def folded(text: str) -> str:
    """Write lines that are there many times in a row once, with a marker that says how often they come again."""
    made: list[str] = []
    for line, same in itertools.groupby(text.splitlines()):
        again = sum(1 for _ in same) - 1
        made += [line, *([line] * again if again < _REPEATED else [f"[… the same line {again} more times …]"])]
    return "\n".join(made)


def decode(raw: bytes, limit: int = MAX_TEXT) -> str:
    """Turn student bytes into text that is safe to keep: replaced, escaped, cut."""
    return clip(clean(raw.decode("utf-8", "replace")), limit)


def one_line(text: str, limit: int = 160) -> str:
    """Shorten a text to what fits into a sentence."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def quoted(text: str, limit: int = 120) -> str:
    """Quote a piece of student text inside a sentence."""
    return f"'{one_line(text, limit)}'"


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """End a message about an unknown name."""
    near = difflib.get_close_matches(name, known, 1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(sorted(known))}"


def keep(text: str) -> str:
    """Make student text fit to keep; doing so twice changes nothing, as the marker's own length is allowed for."""
    text = clean(text)
    return text if len(text) <= MAX_TEXT + 100 else clip(text)


StudentText = Annotated[str, AfterValidator(keep)]
"""A field for text that a submission produced: control characters escaped, long text cut."""


def keep_lines(text: str) -> str:
    """Make a file fit to keep so that its lines keep their numbers; doing so twice changes nothing, as with `keep`."""
    text = clean(text)
    raw = text.encode()
    if len(raw) <= MAX_SOURCE + 100:
        return text
    lines = text.split("\n")
    head = raw[:MAX_SOURCE].decode("utf-8", "ignore").split("\n")
    kept = head[:-1] or head
    left = len(lines) - len(kept)
    more = f"{left} more line{'s' if left > 1 else ''}" if left else "the rest of the line"
    return "\n".join([*kept, f"[… {more} left out …]"])


SourceText = Annotated[str, AfterValidator(keep_lines)]
"""A field for a whole file of a submission: like StudentText, but longer, and cut at its end only."""
