from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exercise import variables
from grader.exercise.load import load
from tests.support.exercises import GOOD, problems, write

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = {
    "hex": {"random": "hex8"},
    "int": {"random": "int"},
    "port": {"random": "port"},
    "choice": {"random": ["a", "b"]},
    "plain": "text",
    "number": 3,
}


@given(st.integers(0, 2**63 - 1))
def test_the_same_seed_gives_the_same_values(seed: int) -> None:
    made = variables.make(DECLARED, seed)
    assert made == variables.make(DECLARED, seed)
    assert re.fullmatch("[0-9a-f]{8}", made["hex"])
    assert 1000 <= made["int"] <= 9999
    assert 20000 <= made["port"] <= 29999
    assert made["choice"] in {"a", "b"}
    assert (made["plain"], made["number"]) == ("text", 3)


def test_another_seed_gives_other_values() -> None:
    assert len({variables.make(DECLARED, seed)["hex"] for seed in range(50)}) == 50


def test_adding_a_variable_does_not_change_the_others() -> None:
    fewer = {"hex": DECLARED["hex"]}
    assert variables.make(fewer, 5)["hex"] == variables.make(DECLARED, 5)["hex"]


@pytest.mark.parametrize("digits", [1, 9, 64])
def test_hexadecimal_digits(digits: int) -> None:
    assert len(variables.make({"x": {"random": f"hex{digits}"}}, 1)["x"]) == digits


@pytest.mark.parametrize("declared", [None, [], "text", {"x": {}}, {"x": {"random": None}}, {"x": {"random": []}}])
def test_what_is_badly_declared_is_left_to_validation(declared: object) -> None:
    variables.make(declared, 1)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${name}", "Ada"),
        ("Hello, ${name}!", "Hello, Ada!"),
        ("${name}${name}", "AdaAda"),
        ("$${name}", "${name}"),
        ("$$${name}", "$${name}"),
        ("$name ${ name } ${} $", "$name ${ name } ${} $"),
        ("${count}", 3),
        ("${count} times", "3 times"),
        ("$${count}", "${count}"),
        ({"a": ["${name}", 1, None]}, {"a": ["Ada", 1, None]}),
        ({"${name}": 1}, {"${name}": 1}),
    ],
)
def test_fill(text: object, filled: object) -> None:
    assert variables.fill(text, {"name": "Ada", "count": 3}) == (filled, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${nam}", "unknown variable '${nam}'; did you mean '${name}'?"),
        ("${zzz}", "unknown variable '${zzz}'; declare it in vars, or write $${zzz} for the text"),
    ],
)
def test_unknown_names(text: str, message: str) -> None:
    same, found = variables.fill({"a": [text]}, {"name": "Ada"})
    assert same == {"a": [text]}
    assert found == [(("a", 0), message)]


def answers(folder: Path, seed: int) -> Any:
    return load(folder, seed).file.model_dump()["checks"][1]


def test_in_an_exercise(tmp_path: Path) -> None:
    text = GOOD.replace("id: it", "id: it\nvars: {token: {random: hex8}, n: {random: int}}")
    text = text.replace("needs: [builds]", 'body: {contains: "${token}"}, json: {$.n: "${n}"}, hint: "echo $${HOME}"')
    folder = write(tmp_path, text)
    exercise = load(folder, 7)
    check = answers(folder, 7)
    assert check["body"] == {"contains": exercise.values["token"]}
    assert check["json"] == {"$.n": exercise.values["n"]}
    assert check["hint"] == "echo ${HOME}"
    assert answers(folder, 7) == check
    assert answers(folder, 8) != check


def test_an_unknown_name_has_its_place(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD.replace("title: It", 'title: "It ${x}"')) == [
        "exercise.yaml:3:8: title: unknown variable '${x}'; declare it in vars, or write $${x} for the text"
    ]
