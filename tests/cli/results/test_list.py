from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from grader.store import open_store
from tests.support.commands import grader

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.populated import Made


def students(*options: str) -> list[str]:
    """Give who is listed."""
    ran = grader("results", "list", "--exercise", "one", "--json", *options)
    assert ran.code == 0, ran.err
    return [one["student"] for one in json.loads(ran.out)]


def test_a_line_for_each_and_a_summary(made: Made) -> None:
    ran = grader("results", "list")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert lines[0].split() == ["STUDENT", "NAME", "EXERCISE", "SCORE", "STATUS", "LATE", "ATTEMPT", "FLAGS"]
    assert len(lines) == 1 + 2 * len(made.people) + 2
    assert lines[-1].startswith("14 students, 2 exercises: 22 graded, 2 rejected, 2 ungraded, 2 missing, 4 late, ")


def test_hostile_names_are_inert_and_one_line(made: Made) -> None:
    out = grader("results", "list").out
    assert made.people
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[31mRed" in out
    assert "New Line" in out


@pytest.mark.parametrize(
    ("options", "cases"),
    [
        (["--status", "missing"], ["missing"]),
        (["--status", "rejected", "--status", "ungraded"], ["rejected", "ungraded"]),
        (["--check", "answers=failed"], ["failed"]),
        (["--check", "answers"], ["failed", "error"]),
        (["--check", "later=withheld"], ["withheld"]),
        (["--score", "<8"], ["too_late"]),
        (["--score", "8 .. 9"], ["failed", "hidden", "late", "error", "withheld"]),
        (["--score", "=0"], ["too_late"]),
        (["--score", ">9", "--check", "builds=passed", "--flagged"], ["regrade", "unknown", "bonus"]),
        (["--late"], ["late", "too_late"]),
        (["--grading", "latest"], []),
    ],
)
def test_filters(made: Made, options: list[str], cases: list[str]) -> None:
    if options[0] == "--grading":
        options = [*options, "--status", "graded"]
    assert students(*options) == [made.student(case) for case in cases]


def test_one_student(made: Made) -> None:
    assert students("--student", "Ada Lovelace") == [made.people[0].id]
    ran = grader("results", "list", "--student", "Ada Lovelase")
    assert ran.code == 2
    assert "Did you mean 'Ada Lovelace'?" in ran.err


def test_the_beginning_of_a_name(made: Made) -> None:
    assert students("--student", "love") == [made.people[0].id]
    assert students("--student", "S0000") == [f"s{number:05}" for number in range(10)]


def test_gradings(made: Made) -> None:
    ran = grader("results", "list", "--gradings")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert lines[0].split() == ["NUMBER", "KIND", "EXERCISES", "STARTED", "FINISHED", "HAND-INS"]
    assert lines[1].split()[:3] == ["2", "batch", "one,"]
    assert "not finished" in lines[1]
    assert lines[-1].split()[0] == "1"
    told = json.loads(grader("results", "list", "--gradings", "--json").out)
    assert [one["grading"] for one in told] == [2, 1]
    assert told[1]["handins"].keys() == made.folders.keys()
    assert "There are: 1, 2. `grader results list --gradings`" in grader("results", "diff", "99", "1").err


def test_gradings_of_one_exercise(made: Made, tmp_path: Path) -> None:
    only = grader("results", "list", "--gradings", "--exercise", "one").out
    assert made.url
    assert "batch" in only
    with open_store(str(tmp_path / "empty.db")):
        pass
    assert grader("results", "list", "--gradings", "--store", str(tmp_path / "empty.db")).out.startswith("Nothing is")


def test_json_has_everything(made: Made) -> None:
    ran = grader("results", "list", "--student", made.student("late"), "--exercise", "one", "--json")
    [found] = json.loads(ran.out)
    assert [found[name] for name in ("exercise", "status", "raw", "score", "late_percent", "name")] == [
        "one", "graded", 10, 8, 20, "New\nLine"
    ]  # fmt: skip
    assert json.loads(grader("results", "list", "--score", ">99", "--json").out) == []


def test_reasons_are_whole_where_they_are_asked_for(made: Made) -> None:
    out = grader("results", "list", "--flagged", "--exercise", "one").out
    assert "    regrade failed: the disk is full; the older score stays\n" in out
    assert made.student("passed") not in out


def test_a_terminal_has_all_in_its_width(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("grader.cli.results._table._live", lambda: True)
    out = grader("results", "list").out
    assert made.people
    assert all(cell_len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--score", "five"], "'five' is no range of scores"),
        (["--score", "<nan"], "'<nan' is no range of scores"),
        (["--check", "answers=lost"], "'lost' is no outcome of a check"),
        (["--check", "answer"], "did you mean 'answers'?"),
        (["--exercise", "three"], "nothing of the exercise 'three' is in"),
        (["--grading", "99"], "there is no grading 99"),
        (["--grading", "x"], "'x' is no grading"),
        (["--status", "lost"], "'lost' is not one of"),
        (["--store", "nowhere.db"], "there is no store at"),
    ],
)
def test_what_is_refused(made: Made, options: list[str], message: str) -> None:
    assert made.url
    ran = grader("results", "list", *options)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_nothing(tmp_path: Path) -> None:
    url = str(tmp_path / "empty.db")
    with open_store(url):
        pass
    ran = grader("results", "list", "--store", url)
    assert ran.out == "Nothing is stored yet: `grader batch` grades submissions.\n"


def test_nothing_that_matches(made: Made) -> None:
    assert made.url
    assert grader("results", "list", "--score", ">99").out == "Nothing matches.\n"
