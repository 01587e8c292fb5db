from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.text import (
    MAX_SOURCE,
    MAX_TEXT,
    clean,
    clip,
    decode,
    did_you_mean,
    folded,
    keep,
    keep_lines,
    one_line,
    quoted,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("a\tb\n", "a\tb\n"),
        ("a\r\nb", "a\nb"),
        ("50%\rdone", "50%\\x0ddone"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x07\x00\x7f\x9b", "\\x07\\x00\\x7f\\x9b"),
        ("abc\u202edef\u2066", "abc\\u202edef\\u2066"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("soft\u00adhyphen", "soft\\xadhyphen"),
        ("line\u2028and\u2029paragraph", "line\\u2028and\\u2029paragraph"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("private \ue000 surrogate \ud800 unassigned \uffff", "private \\ue000 surrogate \\ud800 unassigned \\uffff"),
        ("gr\u00fc\u00dfe \u2603 \U0001f600 \u4f60\u597d", "gr\u00fc\u00dfe \u2603 \U0001f600 \u4f60\u597d"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_clip_keeps_head_and_tail() -> None:
    text = "a" * 500 + "b" * 500
    assert clip(text, 1000) == text
    cut = clip(text, 30)
    assert cut == f"{'a' * 10}\n[… 970 characters left out …]\n{'b' * 20}"


def test_decode_replaces_what_is_no_text() -> None:
    assert decode(b"ok\xff\x1b\r\n") == "ok\ufffd\\x1b\n"
    assert len(decode(b"x" * 100_000, 300)) < 400


def test_one_line() -> None:
    assert one_line("  a\n\n b\tc ") == "a b c"
    assert one_line("a" * 200, 10) == "aaaaaaaaa…"
    assert quoted("a\nb") == "'a b'"


@given(st.text())
def test_clean_and_keep_change_nothing_the_second_time(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert keep(keep(text)) == keep(text)


@given(st.text(min_size=1), st.integers(min_value=MAX_TEXT - 10, max_value=3 * MAX_TEXT))
def test_keep_bounds_long_text_once(piece: str, length: int) -> None:
    kept = keep((piece * length)[:length])
    assert len(kept) <= MAX_TEXT + 100
    assert keep(kept) == kept


@given(st.text())
def test_cleaned_text_can_be_written_anywhere(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert all(char in "\n\t" or char.isprintable() or char.isspace() for char in cleaned)


def test_did_you_mean() -> None:
    assert did_you_mean("prot", ["port", "path"]) == "; did you mean 'port'?"
    assert did_you_mean("zzz", ["b", "a"]) == "; there are a, b"


def test_lines_that_are_repeated_are_told_once() -> None:
    assert folded("a\nb\nb\nb\nc\n") == "a\nb\nb\nb\nc"
    assert folded("a\n" * 5 + "b") == "a\n[… the same line 4 more times …]\nb"


@given(st.text(), st.integers(0, 3_000))
def test_a_file_is_cut_at_its_end_once(piece: str, times: int) -> None:
    kept = keep_lines(piece * times)
    assert len(kept.encode()) <= MAX_SOURCE + 100
    assert keep_lines(kept) == kept


def test_lines_of_a_file_keep_their_numbers() -> None:
    kept = keep_lines("\n".join(f"{number}\r\x0b" for number in range(1, 20_000))).split("\n")
    assert all(line == f"{number}\\x0d\\x0b" for number, line in enumerate(kept[:-1], 1))
    assert kept[-1] == f"[… {19_999 - len(kept) + 1} more lines left out …]"
    assert keep_lines("RUN a\r\n\tb\r\n") == "RUN a\n\tb\n"
    assert keep_lines("x" * (2 * MAX_SOURCE)).split("\n") == ["x" * MAX_SOURCE, "[… the rest of the line left out …]"]
