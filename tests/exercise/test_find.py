from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.core.errors import UsageError
from grader.exercise.find import available, find, places, solutions
from tests.support.exercises import write

COURSE = Path(__file__).parents[2].resolve() / "exercises"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRADER_EXERCISES", raising=False)


def test_the_course_is_always_there() -> None:
    assert find("serve-on-3000") == COURSE / "serve-on-3000"
    assert set(available()) >= {"first-dockerfile", "run-vs-cmd", "serve-on-3000"}


def test_places_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_EXERCISES", os.pathsep.join([str(tmp_path / "a"), "", str(tmp_path / "b")]))
    assert places() == (Path("exercises"), tmp_path / "a", tmp_path / "b", COURSE)


def test_the_first_place_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = write(tmp_path / "named", name="serve-on-3000")
    monkeypatch.setenv("GRADER_EXERCISES", str(tmp_path / "named"))
    assert find("serve-on-3000") == named
    here = write(tmp_path / "exercises", name="serve-on-3000")
    assert find("serve-on-3000").resolve() == here


def test_by_path(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert find(str(folder)) == folder
    assert find(str(folder / "exercise.yaml")) == folder
    assert find("it").resolve() == folder
    assert find("./it").resolve() == folder


def test_a_students_folder_of_the_same_name_is_no_exercise(tmp_path: Path) -> None:
    (tmp_path / "serve-on-3000").mkdir()
    assert find("serve-on-3000") == COURSE / "serve-on-3000"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("serve-on-300", "there is no exercise 'serve-on-300'; did you mean 'serve-on-3000'?"),
        ("zzzzzz", "there is no exercise 'zzzzzz'; there are container-lifecycle, "),
        ("./serve-on-3000", "there is no exercise './serve-on-3000'"),
        (".", "'.' holds no exercise.yaml"),
    ],
)
def test_unknown(name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(name)
    assert caught.value.message.startswith(message)
    assert caught.value.hint


def test_solutions(tmp_path: Path) -> None:
    folder = write(tmp_path / "exercises")
    assert list(solutions(folder)) == []
    (tmp_path / "solutions" / "it").mkdir(parents=True)
    assert list(solutions(folder)) == [tmp_path / "solutions" / "it"]
