from __future__ import annotations

import pytest

from grader.core.script.cleaning import clean, pasted


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\ufeffa\r\nb\r\n", "a\nb\n"),
        ("a\rb", "a\nb"),
        ("a\rb\n", "a b\n"),
        ("\x1b[1;32ma\x1b[0m\x1b[?2004h", "a"),
        ("\x1b]0;title\x07a\x1b]2;b\x1b\\c", "ac"),
        ("\x1b(Ba\x1b=", "a"),
        ("ab\bc", "ac"),
        ("\b\ba\tb", "a\tb"),
        ("a\0b\x07\x0c", "ab "),
        ("\ud800", "\ufffd"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_pasted_spaces() -> None:
    assert pasted("a\u00a0b\u200bc") == "a bc"
    assert pasted("a b") == "a b"
