"""How much a page may hold: pages have to open at once, also on a phone, whatever a submission printed."""

from __future__ import annotations

from typing import Final

from markupsafe import escape

from grader.core.text import clip

MOST: Final = 1_500_000
"""Bytes of raw material on the page of one result."""
_LEAST: Final = 200
"""Characters below which a beginning and an end say nothing."""


class Budget:
    """Gives out room on a page, and remembers what found none."""

    def __init__(self, most: int = MOST) -> None:
        self._left = most
        self.shortened = 0
        """Texts that are not there as a whole."""

    def take(self, text: str) -> str:
        """Give a text as far as there is room for it."""
        size = len(escape(text).encode("utf-8", "replace"))
        if size > self._left:
            self.shortened += 1
            # Escaped, a character can become six bytes.
            text = clip(text, self._left // 6) if self._left // 6 >= _LEAST else "[… left out: the page is full …]"
            size = len(escape(text).encode("utf-8", "replace"))
        self._left = max(0, self._left - size)
        return text

    def remark(self, whose: str) -> str | None:
        """Say what was lost."""
        if not self.shortened:
            return None
        texts = "1 text is" if self.shortened == 1 else f"{self.shortened} texts are"
        return f"{whose}: {texts} shortened or left out, as the page would be too large; the json report has all"
