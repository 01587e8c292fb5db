"""The tests in an author's files, found without a submission, as an attempt will have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.exercise.load import load
from grader.exercise.parts import parts
from tests.support.exercises import with_checks, write
from tests.support.scripted import write_tests

if TYPE_CHECKING:
    from pathlib import Path


def test_none_of_other_checks(tmp_path: Path) -> None:
    assert parts(load(write(tmp_path, with_checks("{id: builds, kind: build}")))) == {}


def test_what_is_above_can_be_needed_and_is_not_named_again(tmp_path: Path) -> None:
    write_tests(tmp_path, "def test_a(): pass\ndef test_b_a(): pass", "tests/test_one.py")
    needs = "import pytest\n@pytest.mark.needs('builds', 'one-a')\ndef test_a(): pass"
    write_tests(tmp_path, f"{needs}\n@pytest.mark.needs('late')\ndef test_b(): pass", "tests/test_two.py")
    one, two = (f"{{id: {name}, kind: pytest, file: tests/test_{name}.py}}" for name in ("one", "two"))
    early, late = ("{id: %s, kind: build}" % name for name in ("builds", "late"))  # noqa: UP031 - braces are YAML's
    found = parts(load(write(tmp_path, with_checks(early, one, two, late))))
    assert [part.id for part in found["one"]] == ["one-a", "one-b_a"]
    assert [(part.id, part.needs) for part in found["two"]] == [("two-a", ("builds", "one-a")), ("two-b", ())]
    assert [part.problem is None for part in found["two"]] == [True, False]
