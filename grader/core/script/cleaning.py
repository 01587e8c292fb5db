"""Text as an editor would show it: without byte order mark, carriage returns, colours and other controls."""

from __future__ import annotations

from typing import Final

from grader.core.script.patterns import pattern

# Colours and cursor movements, window titles, and the two-character sequences: ECMA-48, section 5.
_ESCAPES: Final = "\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[()][0-9A-B]|[=>@-Z\\\\^_])"
_HIDDEN: Final = dict.fromkeys([*range(8), *range(0x0E, 0x20), 0x0B, 0x7F, 0xFEFF])
_PASTED: Final = {0xA0: " ", 0x202F: " ", 0x2007: " ", 0x200B: None, 0x200C: None, 0x200D: None, 0x2060: None}
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def clean(text: str) -> str:
    """Take out what no shell should see; a line ends with a line feed alone."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").translate(_SURROGATES)
    if "\x1b" in text:
        text = pattern(_ESCAPES).sub("", text)
    if "\b" in text:
        text = "\n".join(_erased(line) for line in text.split("\n"))
    # A carriage return alone ends a line on very old systems, and rewrites one in a terminal's recording.
    text = text.replace("\r", "\n" if "\n" not in text else " ")
    return text.replace("\x0c", " ").translate(_HIDDEN)


def pasted(text: str) -> str:
    """Replace the spaces that web pages and word processors put in place of plain ones."""
    return text if text.isascii() else text.translate(_PASTED)


def _erased(line: str) -> str:
    kept: list[str] = []
    for char in line:
        if char != "\b":
            kept.append(char)
        elif kept:
            kept.pop()
    return "".join(kept)
