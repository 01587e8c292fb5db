"""Where commands can stand in Markdown and in plain text: fences, paragraphs, list items, table cells, HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.core.script.model import Row
from grader.core.script.patterns import pattern
from grader.core.script.statement import Statement
from grader.core.script.wording import is_docker

if TYPE_CHECKING:
    import re

_FENCE: Final = r"^(\s*)((?:>\s?)*)(?:(?:[-*+]|\d{1,3}[.)])\s+)?(`{3,}|~{3,})\s*([^`]*)$"
_MARKER: Final = (
    r"^\s*(?:[-*+•]\s+(?:\[[ xX]\]\s+)?|\(?\d{1,3}[.)]\s+|\d{1,2}(?:\.\d{1,2})+[.):]?\s+|[a-zA-Z][.)]\s+|\(\w\)\s+)"
)
_GLUED_MARKER: Final = r"^\s*\d{1,3}[.)](?:docker|sudo|\$|`)"
_RULE: Final = r"^\s*(?:[-*_=]\s*){3,}$|^\s*[|:\s-]+$"
_HEADING: Final = r"^#{1,6}\s"
_TAGS: Final = (
    "code|kbd|tt|samp|pre|p|br|b|i|em|strong|u|s|ul|ol|li|div|span|details|summary|h[1-6]|table|tr|td|th|tbody|thead|"
    "blockquote|hr|sub|sup|font|center|section|article|body|html|main"
)
_TAG: Final = rf"(?i)</?(?:{_TAGS})(?:\s[^<>]*)?/?>|</a>|<(?:a|img)\s[^<>]*>"
_PICTURE: Final = r"^\s*!?\[[^\]]*\]\([^)]*\)\s*$"
_LOOK_AHEAD: Final = 200
_MAX_ROW: Final = 16 * 1024


@dataclass(slots=True)
class Block:
    """Lines that belong together."""

    rows: list[Row]
    fenced: bool = False
    """Whether its author said that it is code: a fence, or HTML's `pre`."""
    info: str = ""
    """The language that the fence names."""
    heading: bool = False
    hidden: bool = False
    """Whether no reader sees it: an HTML comment."""


@dataclass(slots=True)
class Page:
    """A file, taken apart."""

    blocks: list[Block] = field(default_factory=list)
    markup: set[int] = field(default_factory=set)
    """Lines that hold nothing but Markdown: fences, rules, headings, pictures."""
    long: list[Row] = field(default_factory=list)
    """Lines too long to be looked at."""


def read(text: str) -> Page:
    """Take a text apart, in time that grows with its length."""
    return _Reader(text.split("\n")).read()


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._page = Page()
        self._rows: list[Row] = []
        self._at = 0
        self._no_heredoc: set[str] = set()

    def read(self) -> Page:
        while self._at < len(self._lines):
            number, line = self._at + 1, self._lines[self._at]
            self._at += 1
            low = line.strip()[:20].lower()
            if len(line) > _MAX_ROW:
                self._end()
                self._page.long.append(Row(number, line))
            elif not line.strip():
                self._end()
            elif match := pattern(_FENCE).match(line):
                self._fence(number, match)
            elif low.startswith("<pre"):
                self._until("</pre>", Block([], fenced=True))
            elif low.startswith("<!--"):
                self._until("-->", Block([], hidden=True))
            else:
                self._line(number, line)
        self._end()
        return self._page

    def _end(self) -> None:
        if self._rows:
            self._page.blocks.append(Block(_dedented(self._rows)))
            self._rows = []

    def _fence(self, number: int, match: re.Match[str]) -> None:
        self._end()
        block = self._fenced(number, match)
        block.rows = _dedented(block.rows)
        self._page.blocks.append(block)

    def _fenced(self, number: int, match: re.Match[str]) -> Block:
        indent, quote, sign, info = len(match[1]), match[2], match[3], match[4].strip()
        self._page.markup.add(number)
        block = Block([], fenced=True, info=info)
        if len(info.split()) > 1 and not info.startswith("{"):
            # What belongs on the next line: ```docker run …
            block = Block([Row(number, info)], fenced=True)
            self._page.markup.discard(number)
        while self._at < len(self._lines):
            line = self._lines[self._at]
            bare = line.lstrip(" >\t") if quote else line.strip()
            bare = bare.strip()
            if bare.startswith(sign):
                if not bare.strip(sign[0]):
                    self._at += 1
                    self._page.markup.add(self._at)
                    break
                if bare.strip(sign[0]).isalpha() and block.rows:
                    break  # the next fence opens before this one is closed
            self._at += 1
            if len(line) > _MAX_ROW:
                self._page.long.append(Row(self._at, line))
                continue
            text = line.lstrip().removeprefix(">").removeprefix(" ") if quote else line
            head = text[:indent]
            block.rows.append(Row(self._at, head.lstrip() + text[indent:]))
        return block

    def _until(self, end: str, block: Block) -> None:
        """Take lines up to one that holds `end`; the first line has been taken."""
        self._end()
        self._page.blocks.append(block)
        self._at -= 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if len(line) > _MAX_ROW:
                self._page.long.append(Row(self._at, line))
            else:
                text = line if block.hidden else html.unescape(pattern(_TAG).sub("", line))
                block.rows.append(Row(self._at, text))
                if not text.strip():
                    self._page.markup.add(self._at)
            if end in line.lower():
                return

    def _line(self, number: int, line: str) -> None:
        bare = line.strip()
        if pattern(_RULE).match(line) or pattern(_PICTURE).match(line):
            self._page.markup.add(number)
            if bare[0] != "=":
                self._end()
            return
        # After one `#` a command was typed by root.
        if pattern(_HEADING).match(bare) and not (bare[1] == " " and is_docker(bare[2:].lstrip())):
            self._end()
            self._page.markup.add(number)
            self._page.blocks.append(Block([Row(number, bare.lstrip("# "))], heading=True))
            return
        texts = _without_html(line)
        if not any(text.strip("` ") for text in texts):
            self._page.markup.add(number)
        if bare.startswith("|") and bare.count("|") > 1:
            self._end()
            cells = bare.replace("\\|", "\0").strip("|").split("|")
            self._page.blocks += [Block([Row(number, cell.replace("\0", "|").strip())]) for cell in cells]
            return
        for text in texts:
            marked = unmarked(text)
            if marked is not None or len(texts) > 1:
                self._end()
            self._rows.append(Row(number, text if marked is None else marked))
        self._heredoc()

    def _heredoc(self) -> None:
        """Keep a here-document together, with the blank lines in it."""
        if "<<" not in self._rows[-1].text:
            return
        started = Statement()
        started.feed(self._rows[-1].text.strip().removeprefix("$ "))
        end = started.delimiter
        if end is None or end in self._no_heredoc:
            return
        ahead = self._lines[self._at : self._at + _LOOK_AHEAD]
        last = next((at for at, line in enumerate(ahead) if line.strip() == end), None)
        if last is None:
            self._no_heredoc.add(end)
            return
        for line in ahead[: last + 1]:
            self._at += 1
            self._rows.append(Row(self._at, line))


def _dedented(rows: list[Row]) -> list[Row]:
    """Take away the indentation that all lines share."""
    margin = min((len(row.text) - len(row.text.lstrip()) for row in rows if row.text.strip()), default=0)
    return [Row(row.number, row.text[margin:]) for row in rows]


def unmarked(text: str) -> str | None:
    """Take a list's marker away; None if there is none."""
    if match := pattern(_MARKER).match(text):
        return text[match.end() :]
    if pattern(_GLUED_MARKER).match(text):
        sign = "." if "." in text[:8] else ")"
        return text.split(sign, 1)[1]
    return None


def _without_html(line: str) -> list[str]:
    """Take HTML's tags away; `code` becomes backticks, `br` a new line."""
    if "<" not in line or not pattern(_TAG).search(line):
        return [line]
    line = pattern(r"(?i)<br\s*/?>").sub("\n", line)
    line = pattern(r"(?i)</?(?:code|kbd|tt|samp)(?:\s[^<>]*)?>").sub("`", line)
    return html.unescape(pattern(_TAG).sub("", line)).split("\n")
