from __future__ import annotations

from typing import Any

import pytest

from grader.core import yaml

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a: [1, 2.5, true, null, 'x']", {"a": [1, 2.5, True, None, "x"]}),
        ("yes: on\nno: Off\n", {"yes": "on", "no": "Off"}),
        ("null: ~\n", {"null": None}),
        ("a: True\nb: FALSE\n", {"a": True, "b": False}),
        ("a: 2026-12-01T23:59:00+07:00", {"a": "2026-12-01T23:59:00+07:00"}),
        ("a: 22:22\nb: 1:30.5\n", {"a": "22:22", "b": "1:30.5"}),
        ("1: a\n1.5: b\n", {1: "a", 1.5: "b"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("a: !!str 5", {"a": "5"}),
        ("\u00e9: \u2603", {"\u00e9": "\u2603"}),
    ],
)
def test_reads(text: str, data: Any) -> None:
    assert yaml.read(text, "f").data == data


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("a: 1\nb: [", "f:3:1: not valid YAML"),
        ("a: 1\n  b: 2\n", "f:2:4: not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "f:3:1: 'a' stands here twice"),
        ("yes: 1\nyes: 2\n", "f:2:1: 'yes' stands here twice"),
        ("x: &x 1\ny: *x\n", "f:2:4: aliases (*name) are not allowed"),
        (BOMB, "f:2:8: aliases"),
        ("<<: {a: 1}\n", "f:1:1: not valid YAML"),
        ("a: !x 1\n", "f:1:4: tags (!name) are not allowed"),
        ("a: !x [1]\n", "f:1:4: tags"),
        ("!x {a: 1}\n", "f:1:1: tags"),
        ("!x a: 1\n", "f:1:1: not valid YAML"),
        ("a: !!python/name:os.system x\n", "not valid YAML"),
        ("a: !!int x\n", "f:1:4: 'x' can't be read as int"),
        (f"a: {'9' * 5000}\n", "can't be read as int"),
        ("? [a]\n: 1\n", "f:1:3: a key must be plain text"),
        ("--- 1\n--- 2\n", "f:2:1: not valid YAML: but found another document"),
        ("[" * 40, "f:1:33: nested more than 32 levels deep"),
        ("- " * 40, "nested more than 32 levels deep"),
        ("[" + "a," * 60_000 + "]", "more than 50000 values"),
        (" " * (yaml.MAX_BYTES + 1), "f:1:1: larger than 1048576 bytes"),
        ("a: \x01\n", "f:1:1: not valid YAML: unacceptable character"),
        ("a: \ud800\n", "f:1:1: not valid YAML"),
        ("a: \tb\n\tc: d", "not valid YAML"),
    ],
)
def test_refuses(text: str, because: str) -> None:
    with pytest.raises(yaml.YamlError) as caught:
        yaml.read(text, "f")
    assert because in str(caught.value)


def test_a_list_is_a_list_whatever_its_tag() -> None:
    assert yaml.read("a: !!python/object/apply:os.system [x]\n", "f").data == {"a": ["x"]}


def test_every_value_knows_its_place() -> None:
    document = yaml.read("id: x\nchecks:\n  - {id: a, port: 3000}\n  - id: b\n    1: y\n", "exercise.yaml")
    assert document.place(("checks", 0, "port")) == "exercise.yaml:3:19"
    assert document.place(("checks", 0, "port"), key=True) == "exercise.yaml:3:13"
    assert document.place(("checks", 1, 1)) == "exercise.yaml:5:8"


def test_what_is_missing_is_at_the_nearest_thing_around_it() -> None:
    document = yaml.read("checks:\n  - {id: a}\n", "f")
    assert document.place(("checks", 0, "port")) == "f:2:5"
    assert document.place(("checks", 7)) == "f:2:3"
    assert document.place(("other",), key=True) == "f:1:1"
    assert yaml.Document("f").place(("a",)) == "f:1:1"
