from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import grader

if TYPE_CHECKING:
    from tests.support.populated import Made


@pytest.fixture
def changed(own: Made) -> Made:
    path = own.folders["one"] / "exercise.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("points: 2, title: The", "points: 4, title: The"), encoding="utf-8")
    assert grader("results", "rescore", "one").code == 0
    return own


def test_what_was_and_is(changed: Made) -> None:
    ran = grader("results", "diff")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("From  grading 1: batch of ")
    assert lines[1].startswith("To    grading 2: rescoring of ")
    assert "The exercise one was changed in between:\n  check 'builds': points 2 -> 4\n" in ran.out
    who = changed.student("hidden")
    assert f"({who}), one: 8/10 -> 10/12\n    the exercise was changed\n    builds: 2/2 -> 4/4 points\n" in ran.out
    assert lines[-1] == "5 changed, 1 unchanged, 1 only in grading 1."
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("pair", [["1", "2"], ["previous", "latest"], ["--exercise", "one"]])
def test_which_gradings(changed: Made, pair: list[str]) -> None:
    assert changed.url
    assert grader("results", "diff", *pair).out == grader("results", "diff").out


def test_json(changed: Made) -> None:
    found = json.loads(grader("results", "diff", "--json").out)
    assert changed.url
    assert (found["old"], found["new"], found["unchanged"]) == (1, 2, 1)
    assert found["versions"] == {"one": ["check 'builds': points 2 -> 4"]}
    assert found["changed"][0]["before"]["score"] == 11
    assert found["changed"][0]["after"]["score"] == 13


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "there is one grading: it takes two to compare"),
        (["1"], "it takes two gradings to compare"),
        (["1", "7"], "there is no grading 7"),
        (["previous", "latest"], "there is no previous grading"),
        (["--exercise", "three"], "nothing of the exercise 'three'"),
    ],
)
def test_what_is_refused(own: Made, arguments: list[str], words: str) -> None:
    assert own.url
    ran = grader("results", "diff", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
