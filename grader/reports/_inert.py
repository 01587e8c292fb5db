"""Text that a submission may have had a hand in, made inert for GitHub's Markdown.

Escapes are not enough there: what has become HTML is searched once more for `@names`, `#1`, commits, mail addresses
and formulas. Code is not, so that whatever isn't plainly a word stands in a code span; what is one can start nothing.
"""

from __future__ import annotations

import html
import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from grader.core.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OPENING: Final = "('\"“‘„«"  # noqa: RUF001 - as authors write them, here and below
_CLOSING: Final = ".,;:!?)'\"”’»…"  # noqa: RUF001
_DASHES: Final = frozenset("-–—")  # noqa: RUF001
_QUOTES: Final = {"'": "'", '"': '"', "(": ")", "“": "”", "‘": "’", "„": "“", "«": "»"}  # noqa: RUF001
_NEAR: Final = 12
"""Words that brackets may hold together."""
_HEX: Final = re.compile("[0-9a-fA-F]{7,}")
"""What may be a commit: GitHub makes it a link if there is one."""
_MOST: Final = 2_000
"""Characters of one piece inside a sentence."""


class _Kind(Enum):
    PLAIN = auto()
    QUOTED = auto()
    OTHER = auto()


def sentence(text: str, limit: int = _MOST) -> str:
    """Give text on one line, at the beginning of a line or within it: words as they are, all else as code."""
    return _spoken(text, limit, span)


def cell(text: str, limit: int = 200) -> str:
    """Give text for a cell of a table."""
    # Readers differ in what a bar behind a backslash is.
    return sentence(text.replace("\\|", "\\¦"), limit).replace("|", "\\|")


def markup(text: str, limit: int = 200) -> str:
    """Give text for a place where Markdown is not read, but HTML is."""
    return _spoken(text, limit, lambda part: f"<code>{html.escape(part)}</code>")


def span(text: str) -> str:
    """Give a code span, of a text on one line."""
    fence = "`" * (_longest_run(text) + 1)
    # Readers take one space away at both ends, if there is one at both.
    space = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{space}{text}{space}{fence}"


def block(text: str, language: str = "text") -> str:
    """Give a fenced block, whose end no line of the text can be."""
    text = clean(text).strip("\n")
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _spoken(text: str, limit: int, code: Callable[[str], str]) -> str:
    words = (one_line(text, limit) or "(nothing)").split(" ")
    parts: list[str] = []
    for kind, words_of_a_kind in _runs(words):
        part = " ".join(words_of_a_kind)
        parts.append(part if kind is _Kind.PLAIN else _framed(part, code, first=not parts))
    return " ".join(parts)


def _runs(words: list[str]) -> Iterator[tuple[_Kind, list[str]]]:
    """Split a text into words that stay as they are, what is quoted as code in it, and all else."""
    plain = _bracketed(words, [_is_plain(word, first=number == 0) for number, word in enumerate(words)])
    at = 0
    while at < len(words):
        end = _end_of_code(words, at)
        kind = _Kind.PLAIN if plain[at] else _Kind.OTHER
        if end is not None:
            kind = _Kind.QUOTED
        else:
            end = at + 1
            while end < len(words) and plain[end] == plain[at] and _end_of_code(words, end) is None:
                end += 1
        yield kind, words[at:end]
        at = end


def _end_of_code(words: list[str], at: int) -> int | None:
    """Say where what authors quote as code ends, such as `docker run`, if it begins at this word."""
    if words[at].count("`") > 2 or not words[at].lstrip(_OPENING).startswith("`"):  # noqa: PLR2004 - a pair
        return None
    for end in range(at, min(at + _NEAR, len(words))):
        if "`" in words[end] and (end > at or words[end].count("`") == 2):  # noqa: PLR2004 - a pair
            whole = end == at or (words[at].count("`") == 1 and words[end].count("`") == 1)
            return end + 1 if whole and words[end].rstrip(_CLOSING).endswith("`") else None
    return None


def _bracketed(words: list[str], plain: list[bool]) -> list[bool]:
    """Take what stands between brackets as one piece, such as `["flask", "run"]`."""
    opened = 0
    for number, word in enumerate(words):
        plain[number] = plain[number] and number >= opened
        if not plain[number] and "[" in word:
            near = range(number, min(number + _NEAR, len(words)))
            opened = max(opened, next((at + 1 for at in near if "]" in words[at]), 0))
    return plain


def _framed(part: str, code: Callable[[str], str], *, first: bool) -> str:
    """Make code of it, but not of quotes around all of it, nor of the full stop, or the end of a bracket, behind it."""
    core = part.rstrip(".,;:!?…") or part
    if core.endswith(")") and "(" not in core:
        core = core[:-1] or core
    after = part[len(core) :]
    quote = _QUOTES.get(core[0])
    if quote is None or core[-1] != quote or len(core) <= 2 or core[0] in core[1:-1] or first:  # noqa: PLR2004 - quotes
        return code(_unticked(core)) + after
    return core[0] + code(_unticked(core[1:-1])) + core[-1] + after


def _unticked(text: str) -> str:
    quoted = len(text) > 2 and text[0] == text[-1] == "`" and "`" not in text[1:-1]  # noqa: PLR2004 - quotes
    return text[1:-1].strip() or text if quoted else text


def _is_plain(word: str, *, first: bool) -> bool:
    """Whether a word is letters or digits, with what stands around words in a sentence; at the beginning, letters."""
    core = word.lstrip(_OPENING).rstrip(_CLOSING)
    if first and not core[:1].isalpha():
        return False
    if not core:
        return word not in {".", ".."}
    if set(core) <= _DASHES:
        return True
    if _HEX.fullmatch(core):
        return False
    return all(part.isalpha() for part in re.split("[-'’]", core)) or (core.isascii() and core.isdigit())  # noqa: RUF001
