"""What terminals are sent, as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.terminal import MAX_SEQUENCE, Plain


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Name? ", "Name? "),
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b[?2004h>>> \x1b[K", ">>> "),
        (b"\x1b]0;title\x07$ \x1b]2;other\x1b\\", "$ "),
        (b"\x1bP1$r0m\x1b\\x", "x"),
        (b"\x1b(B\x1b=\x1b7x", "x"),
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"10%\r20%", "10%\r20%"),
        ("späť\n".encode(), "späť\n"),
        (b"\xff", "\ufffd"),
        (b"\x1b[12", "\x1b[12"),
    ],
)
def test_what_is_left(data: bytes, text: str) -> None:
    assert Plain().feed(data, final=True) == text
    plain = Plain()
    pieces = [plain.feed(data[index : index + 1]) for index in range(len(data))]
    assert "".join([*pieces, plain.feed(b"", final=True)]) == text


def test_without_stripping_all_is_left() -> None:
    assert Plain(strip=False).feed(b"\x1b[1mx\r\n") == "\x1b[1mx\r\n"


def test_a_sequence_without_an_end_holds_nothing_up_for_good() -> None:
    plain = Plain()
    assert plain.feed(b"\x1b]") == ""
    assert plain.feed(b"x" * 2 * MAX_SEQUENCE).endswith("xxx")


PIECES = [
    b"\x1b",
    b"\x1b[",
    b"\x1b]",
    b"\x1bP",
    b"1;2",
    b"m",
    b"\r",
    b"\n",
    b"x",
    b"\x07",
    b"\\",
    "ä".encode(),
    b"\xc3",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_pieces_make_no_difference_but_at_the_end(pieces: list[bytes]) -> None:
    plain, whole = Plain(), Plain()
    found = "".join([*(plain.feed(piece) for piece in pieces), plain.feed(b"", final=True)])
    assert found == whole.feed(b"".join(pieces), final=True)
