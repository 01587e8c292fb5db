from __future__ import annotations

import time

import pytest

from grader.core.variables import ANYTHING, Variables, assign, declare, expand, forget, unquote, variable_names


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$A-${B}", "1-"),
        ('"$A"', "1"),
        ("'x'", "x"),
        ("${A:-x}${B:-x}${C:-x}", "1xx"),
        ("${A-x}${B-x}${C-x}", "1x"),
        ("${A:+x}${B:+x}${C:+x}", "x"),
        ("${A+x}${B+x}${C+x}", "xx"),
        ("${B?x}", ""),
        ("$A$A", "11"),
        ("${B:?x}", None),
        ("${C?x}", None),
        ("$UNCLEAR", None),
        ("${UNCLEAR:+x}", None),
        ("$TARGETARCH", None),
        ("$http_proxy", None),
        ("$A$", None),
        ("$1", None),
        ("${A", None),
        ("${A:-${B}}", None),
        ("${A##x}", None),
        ("a\\b", None),
        ("a`b", None),
        ("a'b'", None),
        ("$\u00e9", None),
    ],
)
def test_expand(word: str, value: str | None) -> None:
    assert expand(word, {"A": "1", "B": "", "UNCLEAR": None, "D": "$A"}) == value


def test_a_value_is_not_expanded_twice() -> None:
    assert expand("$D", {"A": "1", "D": "$A"}) is None


def test_anything_makes_every_unknown_name_unclear() -> None:
    assert expand("$A", {ANYTHING: None}) is None
    assert expand("$A", {ANYTHING: None, "A": "1"}) == "1"
    assert expand("plain", {ANYTHING: None}) == "plain"


def test_assign_uses_what_was_set_before() -> None:
    variables: Variables = {"A": "old"}
    assign([("A", "new"), ("B", "$A")], variables)
    assert variables == {"A": "new", "B": "old"}


def test_assign_with_a_computed_name_forgets_everything() -> None:
    variables: Variables = {"A": "x"}
    assign([("$K", "y"), ("B", "z")], variables)
    assert variables == {"A": None, "B": "z", ANYTHING: None}


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        (["A=1", "B"], {}, {"A": "1"}),
        (["A"], {"A": "x"}, {"A": "x"}),
        (["A=x"], {"A": "x"}, {"A": "x"}),
        (["A=1"], {"A": "x"}, {"A": None}),
        (["A=1", "B=$A"], {}, {"A": "1", "B": None}),
        (["A=$OUT"], {}, {"A": ""}),
        (["OUT"], {}, {"OUT": "side"}),
        (["GIVEN=x"], {}, {"GIVEN": "yes"}),
        (["GIVEN"], {}, {"GIVEN": "yes"}),
        (["TARGETOS"], {}, {"TARGETOS": None}),
        (["A=b=c"], {}, {"A": "b=c"}),
        (["'A'=1"], {"A": "x"}, {"A": None, ANYTHING: None}),
        (["A=1"], {ANYTHING: None}, {"A": None, ANYTHING: None}),
    ],
)
def test_declare(words: list[str], start: Variables, end: Variables) -> None:
    variables = dict(start)
    declare(words, variables, {"GIVEN": "yes"}, {"OUT": "side"})
    assert variables == end


def test_forget() -> None:
    variables: Variables = {"A": "1"}
    forget(variables)
    assert variables == {"A": None, ANYTHING: None}


def test_words() -> None:
    assert variable_names("$A ${B:-c} $1 ${D#x}") == ("A", "B")
    assert [unquote(word) for word in ('"a"', "'a'", "\"a'", '"', "")] == ["a", "a", "\"a'", '"', ""]


def test_openings_without_an_end_take_no_time() -> None:
    started = time.monotonic()
    assert expand("${A-" * 60_000, {}) is None
    assert time.monotonic() - started < 2
