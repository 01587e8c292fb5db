from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from grader.batch.course import FILE, Course, read
from grader.core.errors import ExerciseError
from grader.exercise.load import load
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "schema: grader/course/v1\n"
EXERCISES = """\
exercises:
  two-line-image: [part1/1.7, "part1/ex*07"]
  serve-on-3000: "Exercise 3"
  third:
"""


def course(tmp_path: Path, text: str) -> Course:
    path = tmp_path / FILE
    path.write_text(HEAD + text, encoding="utf-8")
    return read(path)


def complaints(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ExerciseError) as caught:
        course(tmp_path, text)
    return [problem.removeprefix(f"{tmp_path}/{FILE}:") for problem in caught.value.problems]


def lost(number: float) -> str:
    return f'put it in quotes: "{number}" is text, and {number} may have lost a zero at its end'


def test_the_short_ways_to_write_it(tmp_path: Path) -> None:
    made = course(tmp_path, EXERCISES)
    assert made.names == ("two-line-image", "serve-on-3000", "third")
    assert made.paths("two-line-image") == ("part1/1.7", "part1/ex*07")
    assert made.paths("serve-on-3000") == ("Exercise 3",)
    assert made.paths("third") == made.paths("no such") == ()
    assert made.numbers == {"two-line-image": (1,), "serve-on-3000": (2,), "third": (3,)}


def test_the_long_way(tmp_path: Path) -> None:
    made = course(
        tmp_path,
        """\
title: Containers
exercises:
  one: {paths: "1", exercise: exercises/one, number: "1.10", due: "2026-12-01T23:59:00Z", late: {percent_per_day: 10}}
  two: {exercise: other}
numbers: {two: 2}
""",
    )
    assert made.names == (str(tmp_path / "exercises/one"), "other")
    assert made.numbers == {"one": (1, 10), "two": (2,)}


def test_an_exercise_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert course(tmp_path, "exercises: {one: {exercise: mine}}\n").names == (str(tmp_path / "mine"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exercises: {}\n", ["2:12: exercises: no exercises: there is nothing to grade"]),
        ("title: x\n", ["1:1: exercises: is missing"]),
        ("exercise: {a: b}\n",
         ["1:1: exercises: is missing", "2:1: exercise: unknown field here; it belongs in 'exercises'"]),
        ("exercises: {a: 1.10}\n",
         [f"2:16: exercises.a: {lost(1.1)}"]),
        ("exercises: {a: [x, 1.5]}\n",
         [f"2:20: exercises.a[1]: {lost(1.5)}"]),
        ("exercises: {a: ../b}\n", ["2:16: exercises.a: '../b' has .. in it; write the path itself"]),
        ("exercises: {a: /b}\n", ["2:16: exercises.a: must be a path inside a hand-in, with / between its parts"]),
        ("exercises: {a: 'b\\c'}\n", ["2:16: exercises.a: must be a path inside a hand-in, with / between its parts"]),
        ("exercises: {a: 'b**'}\n", ["2:16: exercises.a: in 'b**', ** must stand alone between slashes"]),
        ("exercises: {a: {path: b}}\n", ["2:17: exercises.a.path: unknown field; did you mean 'paths'?"]),
        ("exercises: {a: {number: 1.2.3}}\n",
         ['2:25: exercises.a.number: must be a number such as 7, or "1.7" for the seventh of part 1']),
        ("exercises: {a: {due: 2026-12-01T10:00}}\n",
         ["2:22: exercises.a.due: has no time zone; write for example 2026-12-01T23:59:00+07:00"]),
        ("exercises: {a: {late: {grace: soon}}}\n",
         ["2:31: exercises.a.late.grace: expected a time such as 10s, 500ms or 2m"]),
        ("exercises: {a: , b: }\nnumbers: {c: 1}\n",
         ["3:11: numbers.c: there is no exercise 'c' here; there are a, b"]),
        ("exercises: {a: , b: }\nnumbers: {a: '1.7', b: 1-07}\n",
         ["3:24: numbers.b: the number '1.7' is that of an earlier exercise"]),
        ("exercises: {a: {number: 1}}\nnumbers: {a: 2}\n",
         ["3:14: numbers.a: stands in the exercise's own 'number' as well"]),
        ("exercises: {a: x/y, b: [z, X/Y/]}\n", ["2:24: exercises.b: the path 'x/y' is that of an earlier exercise"]),
        ("exercises: {a: b, a: c}\n", ["2:19: 'a' stands here twice"]),
        ("exercises: [a, b]\n", ["2:12: exercises: must be a map of names and values"]),
    ],
)  # fmt: skip
def test_what_can_not_be(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert complaints(tmp_path, text) == expected


def test_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / FILE
    for raw, message in (
        (b"[]", "must be a map that begins with"),
        (b"\xff", "not UTF-8 text"),
        (b"", "must be a map"),
    ):
        path.write_bytes(raw)
        with pytest.raises(ExerciseError, match=message):
            read(path)
    path.unlink()
    with pytest.raises(ExerciseError, match="No such file"):
        read(path)


def test_terms_of_the_course_win(tmp_path: Path) -> None:
    due = "due: 2026-12-01T23:59:00+07:00\n"
    exercise = load(write(tmp_path, GOOD + due + "late: {percent_per_day: 10}\n"))
    own = course(tmp_path, "exercises: {it: }\n").terms(exercise)
    assert own.due == exercise.file.due
    assert own.late == exercise.file.late
    text = "exercises: {it: {due: '2027-01-01T00:00:00Z', late: {percent_per_day: 20}}}\n"
    terms = course(tmp_path, text).terms(exercise)
    assert terms.due == datetime(2027, 1, 1, tzinfo=UTC)
    assert terms.late is not None
    assert terms.late.percent_per_day == Decimal(20)


def test_exercises_that_do_not_fit(tmp_path: Path) -> None:
    exercise = load(write(tmp_path))
    course(tmp_path, "exercises: {it: }\n").fit([exercise])
    made = course(tmp_path, "exercises:\n  it: {late: {percent_per_day: 20}}\n  other: {exercise: ./it}\n")
    with pytest.raises(ExerciseError) as caught:
        made.fit([exercise])
    assert [problem.removeprefix(f"{tmp_path}/{FILE}:") for problem in caught.value.problems] == [
        "3:14: exercises.it.late: needs a 'due' date, here or in the exercise",
        "4:3: exercises.other: must be called as the exercise calls itself",
    ]
