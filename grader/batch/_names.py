"""Names of people, brought to a form in which they can be compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_WORDS: Final = 12
_ESCAPED: Final = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
"""How text that is safe to keep has invisible characters, such as the joiners in Persian names."""
_WORD: Final = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart.
_LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "ŧ": "t",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ŋ": "n",
    }
)


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """Give the words of a name in lower case, without accents."""
    text = unicodedata.normalize("NFKD", _ESCAPED.sub("", name[:400])).casefold().translate(_LETTERS)
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char) != "Mn")
    return tuple(_WORD.findall(text)[:MAX_WORDS])


def unordered(name: str) -> str:
    """Give the words in an order of their own: `Lovelace, Ada` is `Ada Lovelace`."""
    return " ".join(sorted(words(name)))


def squeezed(name: str) -> frozenset[str]:
    """Give a name as one word, beginning with each of its words: Canvas writes `lovelaceada`."""
    found = words(name)
    return frozenset("".join(found[n:] + found[:n]) for n in range(len(found)))


def joined(name: str) -> str:
    """Give a name as one word."""
    return "".join(words(name))
