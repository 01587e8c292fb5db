"""The text of a page that a learning platform made of what a student typed.

The library's own parser takes minutes for a few pages of unclosed tags; this one looks at every character once.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCKS: Final = frozenset(
    {"p", "div", "br", "li", "pre", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"}
)
_UNSEEN: Final = frozenset({"script", "style", "head", "title"})
_LONGEST: Final = 12
"""Characters of a tag's name that matter."""


def plain(page: str) -> str:
    """Give what a reader of a page sees, line by line."""
    parts: list[str] = []
    depth = {"pre": 0, "unseen": 0}
    for tag, text in _pieces(page):
        name = tag.removeprefix("/")
        kind = "pre" if name == "pre" else "unseen" if name in _UNSEEN else None
        if kind is not None:
            depth[kind] = max(0, depth[kind] + (-1 if tag.startswith("/") else 1))
        if name in _BLOCKS:
            parts.append("\n")
        seen = "" if depth["unseen"] else _unescaped(text)
        if seen:
            before = parts[-1][-1] if parts else "\n"
            parts += [seen] if depth["pre"] else _flowing(seen, before)
    flat = [line.rstrip() for line in "".join(parts).split("\n")]
    return "\n".join(line for n, line in enumerate(flat) if line or (n and flat[n - 1])).strip("\n") + "\n"


def _flowing(text: str, before: str) -> Iterator[str]:
    """Give text whose own line ends mean no more than blanks do."""
    if text[0].isspace() and not before.isspace():
        yield " "
    words = " ".join(text.split())
    if words:
        yield f"{words} " if text[-1].isspace() else words


def _pieces(page: str) -> Iterator[tuple[str, str]]:
    """Give every tag with the text behind it; an empty tag where the text follows nothing that is one."""
    at, tag = 0, ""
    last, last_comment = page.rfind(">"), page.rfind("-->")
    while at < len(page):
        start = page.find("<", at)
        if start < 0 or start >= last:
            break
        is_tag = page[start + 1].isalpha() or page[start + 1] in "/!?"
        yield tag, page[at : start if is_tag else start + 1]
        if not is_tag:
            at, tag = start + 1, ""
            continue
        in_comment = page.startswith("<!--", start) and start < last_comment
        end = page.index("-->", start) + 2 if in_comment else page.index(">", start)
        tag, at = _name(page[start + 1 : min(end, start + 2 + _LONGEST)]), end + 1
    yield tag, page[at:]


def _name(inside: str) -> str:
    closes = "/" if inside.startswith("/") else ""
    words = inside.replace("/", " ").split()
    return closes + (words[0].lower() if words else "")


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text).replace("\xa0", " ")
    except ValueError:  # a character's number that is longer than numbers may be
        return text
