from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from grader.core.errors import Mismatch
from grader.core.matchers import Expectation, expect, parse
from grader.core.matching import Matcher, show

DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("raw", "actual"),
    [
        ("ok", "ok"),
        ("ok", "ok\r\n"),
        ("ok\n", "ok"),
        (3000, "3000"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (False, False),
        (None, None),
        ({"equals": ["a", "b"]}, ("a", "b")),
        ({"equals": []}, ()),
        ({"equals": {}}, {}),
        (["b"], ("a", "b")),
        ([1], ["1"]),
        (["a", "b"], "xxbaxx"),
        ([{"starts_with": "a"}], ["xa", "ax"]),
        ([{"matches": "b+"}], "abba"),
        ({"contains": "ell"}, "hello"),
        ({"contains": 30}, "3000"),
        ({"contains": True}, "it is true"),
        ({"contains": None}, "null and void"),
        ({"contains": "key"}, {"key": 1}),
        ({"contains": "a"}, {"a", "b"}),
        ({"matches": "^a.c$"}, "abc"),
        ({"matches": "(?i)ABC"}, "xabcx"),
        ({"matches": "b"}, "\ud800b"),
        ({"starts_with": "ab"}, "abc"),
        ({"ends_with": "bc"}, "abc\n"),
        ({"ends_with": "bc\n"}, "abc"),
        ({"at_least": 5}, 5),
        ({"at_least": 5}, "5.5\n"),
        ({"at_most": 5}, 5),
        ({"at_most": 0.5}, 0.25),
        ({"between": [1, 2]}, 2),
        ({"length": 2}, "ab\n"),
        ({"length": {"at_least": 1}}, ["a"]),
        ({"one_of": [1, 2]}, "2"),
        ({"not": "root"}, "app"),
        ({"not": ["root"]}, "app"),
        ({"any": ["a", {"starts_with": "b"}]}, "bx"),
        ({"all": [{"starts_with": "a"}, {"ends_with": "b"}]}, "axb"),
        ({"starts_with": "a", "ends_with": "b"}, "axb"),
        ({"json": {"$.a[0]": 1}}, '{"a": [1]}'),
        ({"yaml": {"$.a": ["x"]}}, "a: [x, y]"),
        ({"semver": ">=3.11 <4"}, "3.11.2"),
    ],
)
def test_holds(raw: Any, actual: object) -> None:
    assert parse(raw).problem(actual) is None


@pytest.mark.parametrize(
    ("raw", "actual", "because"),
    [
        ("ok", "no", "is 'no', expected 'ok'"),
        ("ok", " ok", "is 'ok', expected 'ok'"),
        ("ok", None, "is null, expected 'ok'"),
        (1, True, "is true, expected 1"),
        (0, False, "is false, expected 0"),
        (True, 1, "is 1, expected true"),
        (1, "01", "is '01', expected 1"),
        ({"equals": ["a"]}, ("a", "b"), 'is ["a", "b"], expected ["a"]'),
        (["a", "c"], ("a", "b"), "does not contain 'c'"),
        ([[1]], {"a": 1}, "does not contain [1]"),
        ([{"starts_with": "z"}], ["a"], "does not contain starts with 'z'"),
        ([{"starts_with": "z"}], {"z": 1}, "does not contain"),
        ({"contains": "a"}, 5, "does not contain 'a'"),
        ({"matches": "^b$"}, "a\nb", "does not match /^b$/"),
        ({"matches": "b"}, 5, "does not match /b/"),
        ({"starts_with": "b"}, "abc", "does not start with 'b': it is 'abc'"),
        ({"ends_with": "b"}, ["b"], "does not end with 'b'"),
        ({"at_least": 5}, 4, "is 4, expected at least 5"),
        ({"at_most": 10_000_000}, 10_000_001, "is 10000001, expected at most 10000000"),
        ({"at_most": 5}, 10**400, "is 1000"),
        ({"between": [1, 2]}, 3, "is 3, expected at least 1 and at most 2"),
        ({"at_least": 5}, "five", "is 'five', not a number"),
        ({"at_least": 5}, True, "is true, not a number"),
        ({"length": 2}, 5, "is 5, which has no length"),
        ({"length": 2}, "a", "has a length that is 1, expected 2"),
        ({"one_of": [1, 2]}, "3", "is '3', expected: equals 1 or equals 2"),
        ({"not": "root"}, "root\n", "equals 'root', and should not"),
        ({"any": ["a", "b"]}, "c", "is 'c', expected: equals 'a' or equals 'b'"),
        ({"all": ["a", "b"]}, "a", "is 'a', expected 'b'"),
        ({"starts_with": "a", "ends_with": "b"}, "ax", "does not end with 'b'"),
        ({"semver": ">=3.11"}, "3.10", "is '3.10', expected a version >=3.11"),
        ({"semver": ">=3.11"}, 4, "is 4, expected a version"),
        ("ok", DEEP, "is a value nested too deeply to show"),
    ],
)
def test_does_not_hold(raw: Any, actual: object, because: str) -> None:
    problem = parse(raw).problem(actual)
    assert problem is not None
    assert because in problem


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "NaN\n", float("nan"), float("inf")])
@pytest.mark.parametrize("raw", [{"at_least": 5}, {"at_most": 5}, {"between": [-1, 10**9]}])
def test_what_is_no_finite_number_passes_no_comparison(raw: Any, text: object) -> None:
    problem = parse(raw).problem(text)
    assert problem is not None
    assert "not a number" in problem


@pytest.mark.parametrize(
    ("raw", "because"),
    [
        ({}, "an empty map expects nothing"),
        ([], "an empty list expects nothing"),
        ({"equal": 1}, "unknown matcher 'equal'; did you mean 'equals'?"),
        ({"zzz": 1}, "unknown matcher 'zzz'; there are equals, contains"),
        ({1: 1}, "unknown matcher '1'"),
        ({"contains": ""}, "every text contains nothing"),
        ({"contains": []}, "every text contains nothing"),
        (["a", ""], "every text contains nothing"),
        ({"contains": [{"x": 1}]}, "unknown matcher 'x'"),
        ({"matches": ""}, "takes a regular expression"),
        ({"matches": 5}, "takes a regular expression"),
        ({"matches": "("}, "not a regular expression of RE2: missing )"),
        ({"matches": r"(a)\1"}, "not a regular expression of RE2"),
        ({"starts_with": 5}, "starts_with takes text"),
        ({"starts_with": ""}, "starts_with takes text"),
        ({"ends_with": "\n"}, "ends_with takes text"),
        ({"at_least": "5"}, "at_least takes a number"),
        ({"at_most": True}, "at_most takes a number"),
        ({"at_most": float("nan")}, "at_most takes a number"),
        ({"between": [1]}, "between takes two numbers"),
        ({"between": 5}, "between takes two numbers"),
        ({"between": [1, "x"]}, "between takes a number"),
        ({"between": [2, 1]}, "the lower number first"),
        ({"length": {}}, "an empty map"),
        ({"one_of": "a"}, "one_of takes a list"),
        ({"one_of": []}, "one_of takes a list"),
        ({"not": []}, "an empty list"),
        ({"any": []}, "any and all take a list"),
        ({"all": "x"}, "any and all take a list"),
        ({"json": {"$.": 1}}, "not a JSONPath"),
        ({"semver": 3}, "semver takes a range as text"),
        ({"semver": "latest"}, "not a version range: latest"),
    ],
)
def test_refuses(raw: Any, because: str) -> None:
    with pytest.raises(ValueError, match=re.escape(because)):
        parse(raw)


def test_hostile_text_takes_linear_time() -> None:
    assert parse({"matches": "(a+)+$"}).problem("a" * 200_000 + "b") is not None


def test_words_say_what_is_expected() -> None:
    assert parse({"starts_with": "a", "length": {"at_most": 3}}).words == "starts with 'a' and length at most 3"
    assert parse({"not": {"contains": ["a", {"matches": "b"}]}}).words == "not (contains 'a', matches /b/)"


def test_control_characters_are_escaped_in_messages() -> None:
    assert parse("x").problem("\x1b[2J\u202e") == "is '\\x1b[2J\\u202e', expected 'x'"


def test_matchers_compare_by_what_was_written() -> None:
    assert parse({"contains": "a"}) == parse({"contains": "a"})
    assert parse("a") != parse("b")
    assert parse("a") != "a"
    assert len({parse("a"), parse("a")}) == 1
    assert repr(parse("a")) == "Matcher('a')"
    assert parse(parse("a")).raw == "a"


class Model(BaseModel):
    stdout: Expectation


@pytest.mark.parametrize(
    "raw",
    ["ok", 3, True, ["a", 1], {"contains": "a"}, {"json": {"$.a": [1]}}, {"any": ["a", {"not": "b"}], "length": 1}],
)
def test_a_field_survives_json(raw: Any) -> None:
    made = Model.model_validate({"stdout": raw})
    assert made.model_dump() == {"stdout": raw}
    assert Model.model_validate_json(made.model_dump_json()) == made


def test_a_field_says_what_is_wrong() -> None:
    with pytest.raises(ValidationError, match="did you mean 'matches'"):
        Model.model_validate({"stdout": {"match": "x"}})
    assert "An expectation" in str(Model.model_json_schema())


def test_expect_raises_for_a_person() -> None:
    expect("the answer", 42, parse(42))
    with pytest.raises(Mismatch) as caught:
        expect("the answer", {"a": "é"}, parse({"contains": "b"}), hint="look", reproduce="do")
    failure = caught.value
    assert failure.message == "the answer does not contain 'b'"
    assert (failure.expected, failure.actual) == ("contains 'b'", '{"a": "é"}')
    assert (failure.hint, failure.reproduce) == ("look", "do")


def test_show_clips_long_values() -> None:
    assert show("a" * 10) == "a" * 10
    assert "characters left out" in show("a" * 5000)
    assert show(Matcher(1, lambda _: None, "")) == '"Matcher(1)"'
