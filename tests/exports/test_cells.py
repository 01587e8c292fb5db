from __future__ import annotations

import html
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.text import clean
from grader.exports import _cells
from tests.support.gradebooks import HARMLESS, HOSTILE, WHEN
from tests.support.tables import as_php_reads, rows

TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | st.text(" =+-@;,\t\n\r\"'\\a1\uff1d", max_size=12)


def runs(cell: str) -> bool:
    """Whether the most suspicious of all spreadsheets takes a cell for a formula."""
    stripped = "".join(c for c in cell if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf"} and c != '"')
    return unicodedata.normalize("NFKC", stripped)[:1] in set("=+-@\u2212")


@pytest.mark.parametrize("value", HARMLESS)
def test_harmless_text_stays(value: str) -> None:
    assert _cells.text(value) == _cells.returned(value) == value


@pytest.mark.parametrize("value", [value for value in HOSTILE if value not in {"'=1+1", "''"}])
def test_nothing_hostile_stays(value: str) -> None:
    assert _cells.text(value) != value


@given(TEXT)
def test_no_text_is_run_whatever_separators_it_is_read_with(value: str) -> None:
    written = _cells.row(["x", _cells.text(value), "y"])
    [[_, cell, _]] = rows(written)
    assert not runs(cell)
    for separator in ",;\t":
        # As by a program for which these quotes are not at the beginning of a cell.
        for line in written.splitlines():
            assert not any(runs(part) for part in line.split(separator))


@given(TEXT)
def test_only_apostrophes_are_added(value: str) -> None:
    assert _cells.text(value).replace("'", "") == clean(value).replace("'", "")


@given(TEXT)
def test_what_is_safe_once_stays_as_it_is(value: str) -> None:
    once = _cells.text(value)
    assert _cells.text(once) == once


@pytest.mark.parametrize(
    "value", ["-Ann", "+ann@example.org", "@ann", "-7", "+49 30 1234", "Nut, -Ann", "007", "O\u2019Neil", "Zoë-Лия 3"]
)
def test_what_people_are_known_by_is_given_back(value: str) -> None:
    assert _cells.returned(value) == value
    assert not _cells.changed(value)


@pytest.mark.parametrize("value", ["=Ann", "-1+cmd|'/C calc'!A0", "@SUM(1)", "+a;=b", "-A1&B1", "\uff0d1*cmd|x!y"])
def test_what_could_run_is_not_given_back(value: str) -> None:
    assert _cells.changed(value)
    assert not runs(_cells.returned(value))


@given(TEXT)
def test_markup_says_the_same_and_runs_nothing(value: str) -> None:
    made = _cells.markup(value)
    assert html.unescape(made.replace("<br>", "\n")) == clean(value).strip()
    assert not set(made) & set('"\\\n')
    for separator in ",;\t":
        assert not any(runs(part) for part in made.split(separator))


@given(st.lists(TEXT, min_size=2, max_size=4), st.booleans())
def test_a_row_is_read_back_as_it_was(cells: list[str], with_number: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    number = [Decimal("-0.5"), None] if with_number else []
    written = _cells.row([*cells, *number])
    assert rows(written) == [[*cells, *(["-0.5", ""] if number else [])]]
    assert written.endswith("\r\n")


@given(st.lists(TEXT, min_size=2, max_size=4))
def test_a_row_of_markup_is_what_php_reads(cells: list[str]) -> None:
    made = [_cells.markup(cell) for cell in cells]
    assert as_php_reads(_cells.row(["x", *made, "y"])) == [["x", *made, "y"]]


@pytest.mark.parametrize(
    ("points", "shown"),
    [("10", "10"), ("10.00", "10"), ("0.5", "0.5"), ("0", "0"), ("1E+2", "100"), ("0.0001", "0.0001")],
)
def test_numbers_are_plain(points: str, shown: str) -> None:
    assert _cells.row([_cells.number(Decimal(points))]) == f"{shown}\r\n"


def test_no_number_is_an_empty_cell() -> None:
    assert _cells.row(["a", _cells.number(None), ""]) == '"a",,\r\n'


@pytest.mark.parametrize(
    ("value", "cell"), [("8.00", "8.00"), ("", ""), ("EX", '"EX"'), ("8,5", '"8,5"'), ("=1", '"\'=1"')]
)
def test_a_platforms_score_keeps_its_digits(value: str, cell: str) -> None:
    assert _cells.row(["a", _cells.as_it_was(value)]) == f'"a",{cell}\r\n'


def test_moments_are_in_utc() -> None:
    assert _cells.moment(WHEN) == "2026-03-01T12:00:00Z"
    assert _cells.moment(None) is None
