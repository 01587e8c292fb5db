"""Read a page as a browser's parser would split it: elements, attributes, text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

VOID: Final = {"meta", "link", "br", "rect", "circle", "path", "use", "input", "hr", "img", "col"}
"""Elements without an end; those of SVG where this project writes them with `/>`."""


@dataclass
class Element:
    """An element, with the text directly and indirectly inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page:
    """A page, read."""

    elements: list[Element] = field(default_factory=list)
    text: str = ""
    """What stands outside of style and script."""
    open_at_end: list[str] = field(default_factory=list)

    def all(self, tag: str, class_: str = "") -> list[Element]:
        """Give elements by tag, and class."""
        return [
            one
            for one in self.elements
            if one.tag == tag and (not class_ or class_ in one.attributes.get("class", "").split())
        ]

    def inner(self, tag: str) -> list[str]:
        """Give the texts of all elements of a tag."""
        return [one.text for one in self.all(tag)]

    @property
    def ids(self) -> list[str]:
        """All ids, in order."""
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> ends nothing"
        assert self._open[-1].tag == tag, f"</{tag}> ends <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        if not self._open or self._open[-1].tag not in {"style", "script"}:
            self.page.text += data


def read(text: str) -> Page:
    """Read a page; it must be well-formed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader._open == []
    return reader.page


def policy_of(page: Page) -> dict[str, list[str]]:
    """Give the page's Content-Security-Policy, by directive."""
    [meta] = [one for one in page.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy"]
    parts = (part.split() for part in meta.attributes["content"].split(";"))
    return {name: values for name, *values in parts}
