"""Markdown as GitHub makes HTML of it, searched for anything that text could have started."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

_BLOCKS: Final = frozenset({"heading", "paragraph", "table", "thead", "tbody", "tr", "th", "td"})
_LISTS: Final = frozenset({"bullet_list", "list_item"})
_INLINE: Final = frozenset({"text", "code_inline", "strong_open", "strong_close", "html_inline", "inline"})
_LANGUAGES: Final = frozenset({"text", "diff", "sh"})
_ACTIVE: Final = re.compile(
    r"[@#$<>`~*_\\|&\[\]]|://|www\.|mailto:|\bGH-|:[A-Za-z0-9+-]+:|\b[0-9a-fA-F]{7,}\b|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
"""What GitHub, or Markdown, may make something of, in text that isn't code."""


class Rendered:
    """What a page shows. Raises AssertionError for everything that our own words never are."""

    def __init__(self, text: str) -> None:
        # GitHub's own renderer makes links of addresses, too: here they are found by what they begin with.
        parser = MarkdownIt("commonmark").enable("table").enable("strikethrough")
        self.headings = 0
        self.code: list[str] = []
        self.blocks: list[str] = []
        self.said: list[str] = []
        self.html: list[str] = []
        for token in _all(parser.parse(text)):
            self._take(token)
        _Folds(self)

    def _take(self, token: Token) -> None:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        assert kind in _BLOCKS | _LISTS | {"fence", "html_block"} or token.type in _INLINE, token
        assert token.type != "bullet_list_open" or token.markup == "-"
        self.headings += token.type == "heading_open"
        match token.type:
            case "fence":
                assert token.info in _LANGUAGES, token
                self.blocks.append(token.content)
            case "code_inline":
                self.code.append(token.content)
            case "text":
                self.plain(token.content)
            case "html_inline":
                assert token.content == "<br>", token
            case "html_block":
                self.html.append(token.content)

    def plain(self, text: str) -> None:
        """Take text that is no code."""
        assert not _ACTIVE.search(text), text
        self.said.append(text)


class _Folds(HTMLParser):
    """HTML of a page: only what folds evidence away, and code."""

    def __init__(self, page: Rendered) -> None:
        super().__init__(convert_charrefs=True)
        self._page = page
        self._open: list[str] = []
        for part in page.html:
            self.feed(part)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"details", "summary", "code"}, tag
        assert not attrs, attrs
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["code"]:
            self._page.code.append(data)
        else:
            self._page.plain(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())
