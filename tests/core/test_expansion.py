"""`$NAME` in a text, as Go's os.Expand reads it."""

from __future__ import annotations

import pytest

from grader.core.expansion import expand, substitute

VARIABLES = {"A": "x", "B_2": "y", "1": "first"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$A ${B_2}", "x y"),
        ("$AB.", "."),
        ("${A}B", "xB"),
        ("a$", "a$"),
        ("$(A) $ $.", "$(A) $ $."),
        ("$$A", "A"),
        ("$1 $12 $?x", "first first2 x"),
        ("${}a ${", "a "),
        ("${A", "A"),
        ("no names", "no names"),
    ],
)
def test_names_are_filled_in(text: str, found: str) -> None:
    assert expand(text, VARIABLES) == found


def test_what_was_filled_in_is_not_looked_at_again() -> None:
    assert expand("$A$B", {"A": "$B", "B": "$A"}) == "$B$A"


def test_only_known_names_are_substituted() -> None:
    assert substitute("$A ${A} $OTHER ${OTHER} $$ ${}", {"A": "x"}) == "x x $OTHER ${OTHER} $$ ${}"
