from __future__ import annotations

from typing import Any

import pytest

from grader.core.documents import Selector, version_range
from grader.core.matchers import MAX_DOCUMENT, parse


@pytest.mark.parametrize(
    ("language", "argument", "text"),
    [
        ("json", {"$.a.b": "c"}, '{"a": {"b": "c"}}'),
        ("json", {"$.items[*].id": [2]}, '{"items": [{"id": 1}, {"id": 2}]}'),
        ("json", {"$.items[?@.id == 2].name": {"length": 1}}, '{"items": [{"id": 2, "name": "x"}]}'),
        ("json", {"$.a": {"at_least": 3}, "$.b": True}, '{"a": 3, "b": true}'),
        ("json", {"$": 5}, "5"),
        ("json", {"a": 1}, '{"a": 1}'),
        ("json", [1, 2], "[1, 2]"),
        ("json", None, "null"),
        ("json", {"$.a": 1}, {"a": 1}),
        ("yaml", {"$.services.web.ports": ["80:80"]}, 'services: {web: {ports: ["80:80"]}}'),
        ("yaml", {"$.ports": ["22:22"]}, "ports: [22:22]"),
    ],
)
def test_holds(language: str, argument: Any, text: object) -> None:
    assert parse({language: argument}).problem(text) is None


@pytest.mark.parametrize(
    ("language", "argument", "text", "because"),
    [
        ("json", {"$.a": 1}, '{"a": 2}', "at $.a is 2, expected 1"),
        ("json", {"$.a": 1}, "{}", "has nothing at $.a"),
        ("json", {"$.a": 1}, "5", "has nothing at $.a"),
        ("json", {"$.a": 1}, "<html>", "is not JSON: <html>"),
        ("json", {"$.a": 1}, "", "is not JSON"),
        ("json", {"$.a": {"at_least": 1}}, '{"a": NaN}', "is not JSON"),
        ("json", {"$.a": {"at_least": 1}}, '{"a": 1e999}', "is Infinity, not a number"),
        ("json", {"$.a": 1}, '{"a": ' + "9" * 5000 + "}", "is not JSON"),
        ("json", {"$.a": 1}, "[" * 100_000, "is not JSON"),
        ("json", {"$.a": 1}, " " * (MAX_DOCUMENT + 1), "is not JSON"),
        ("json", {"$..a": 1}, "[" * 500 + "]" * 500, "has nothing at $..a"),
        ("json", {"$.a": {"matches": "b"}}, '{"a": "\\ud800"}', "at $.a does not match"),
        ("json", [1], "[1, 2]", "at $ is [1, 2], expected [1]"),
        ("yaml", {"$.a": 1}, "a: *x", "is not YAML"),
        ("yaml", {"$.a": 1}, "a: \ud800", "is not YAML"),
    ],
)
def test_does_not_hold(language: str, argument: Any, text: object, because: str) -> None:
    problem = parse({language: argument}).problem(text)
    assert problem is not None
    assert because in problem


@pytest.mark.parametrize("path", ["$.", "$[", "$.a[?search(@.b, '(a+)+$')]", "$.a[?match(@.b, 'x')]"])
def test_refuses_paths(path: str) -> None:
    with pytest.raises(ValueError, match="not a JSONPath"):
        Selector("json", {path: 1})


def test_words() -> None:
    assert Selector("json", {"$.a": 1, "$.b": ["c"]}).words == "json with $.a equals 1, $.b contains 'c'"


@pytest.mark.parametrize(
    ("wanted", "version", "inside"),
    [
        (">=3.11 <4", "3.11", True),
        (">=3.11 <4", "v3.13.1", True),
        (">=3.11 <4", " 3.12.0\n", True),
        (">=3.11 <4", "4.0.0", False),
        ("^1.2", "1.9.9", True),
        ("^1.2", "2.0.0", False),
        ("1.x", "1.5.0", True),
        (">=1", "1" * 5000, False),
        (">=1", "latest", False),
        (">=1", "", False),
    ],
)
def test_version_ranges(wanted: str, version: str, inside: bool) -> None:  # noqa: FBT001 - a column of the table
    assert version_range(wanted)(version) is inside


def test_refuses_what_is_no_range() -> None:
    with pytest.raises(ValueError, match="not a version range: three"):
        version_range("three")


@pytest.mark.parametrize("key", ["2024-01-01", "!!binary aGk="])
def test_any_key_can_be_shown(key: str) -> None:
    problem = parse({"yaml": {"$.a": 1}}).problem(f"a: {{{key}: x}}")
    assert problem is not None
    assert "expected 1" in problem
