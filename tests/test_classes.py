"""The generated class that benchmarks grade: the same each time, with everything in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import PolicyError, SubmissionError
from grader.exercise.load import load
from grader.submissions.intake import Caps, take
from tests.support.classes import EXERCISES, ROOT, copy_exercise, make_class

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"reference", "wrong", "mutant", "variation", "broken", "hostile", "duplicate"}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_is_the_same_each_time(tmp_path: Path, exercise: str) -> None:
    one, other = (make_class(tmp_path / name, exercise, 40) for name in ("one", "other"))
    assert [(member.path.name, *member[2:]) for member in one] == [(member.path.name, *member[2:]) for member in other]
    assert {member.path.name: digest(member.path) for member in one} == {
        member.path.name: digest(member.path) for member in other
    }


@pytest.mark.parametrize("exercise", EXERCISES)
def test_has_everything(tmp_path: Path, exercise: str) -> None:
    members = make_class(tmp_path / "class", exercise, 300)
    assert {path.name for path in (tmp_path / "class").iterdir()} == {member.path.name for member in members}
    assert len({member.path.name for member in members}) == 300
    assert len({member.name for member in members}) == 300
    assert {member.kind for member in members} >= KINDS
    assert {member.path.suffix for member in members} >= {"", ".zip", ".gz", ".tar"}
    names = {member.name for member in members}
    assert names >= {path.name for path in (ROOT / "solutions" / exercise / "wrong").iterdir()}


def test_a_small_one_has_every_kind(tmp_path: Path) -> None:
    members = make_class(tmp_path / "class", EXERCISES[0], 60)
    assert {member.kind for member in members} == KINDS


def test_copies_are_copies(tmp_path: Path) -> None:
    members = make_class(tmp_path / "class", EXERCISES[0], 120)
    digests = {member.name: digest(member.path) for member in members}
    copies = {name for name in digests if name.endswith("-again")}
    assert len(copies) == 3
    assert all(digests[name] == digests[name.removesuffix("-again")] for name in copies)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_copy_of_the_exercise_can_be_used(tmp_path: Path, exercise: str) -> None:
    copied, original = load(copy_exercise(tmp_path, exercise)), load(ROOT / "exercises" / exercise)
    assert copied.digest != original.digest
    assert [one.id for one in copied.file.checks] == [one.id for one in original.file.checks]


def digest(path: Path) -> str:
    """Give the digest of what a submission is taken as, or why it can't be."""
    into = path.parent.parent / f"{path.parent.name}-taken" / path.name
    try:
        return take(path, into, Caps()).digest
    except (PolicyError, SubmissionError) as error:
        return error.message
