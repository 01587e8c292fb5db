"""What a program writes to a terminal, as plain text."""

from __future__ import annotations

import codecs
import re
from typing import Final

MAX_SEQUENCE: Final = 4096
"""Characters after which what began as a control sequence is taken for text."""

# ECMA-48: control sequences, strings such as window titles, and single escapes. It is ours and linear: each class of
# characters ends where the next begins.
_SEQUENCE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-OQ-WYZ\\`-~])"
)
_BEGUN: Final = re.compile(
    r"(?:\r|\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)?)\Z"
)  # fmt: skip


class Plain:
    """Turns bytes into text as they arrive: control sequences are left out, a line ends with one character."""

    def __init__(self, *, strip: bool = True) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._strip = strip
        self._held = ""

    def feed(self, data: bytes, *, final: bool = False) -> str:
        """Give what can be read of it by now; the beginning of a sequence waits for its end, except at the very end."""
        text = self._held + self._decoder.decode(data, final)
        self._held = ""
        if not self._strip:
            return text
        begun = None if final else _BEGUN.search(text, max(len(text) - MAX_SEQUENCE, 0))
        if begun is not None:
            text, self._held = text[: begun.start()], text[begun.start() :]
        return _SEQUENCE.sub("", text).replace("\r\n", "\n")
