from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.batch.backend import Running
from grader.batch.tally import Tally
from grader.cli._class_progress import Lines, pace, summary
from tests.support.commands import grader
from tests.support.exercises import write

if TYPE_CHECKING:
    from pathlib import Path

EXERCISE = """\
schema: grader/exercise/v1
id: it
title: A page
submission: {kind: dockerfile}
images: ["busybox:1"]
checks:
  - {id: builds, kind: build}
  - {id: command, kind: dockerfile, instruction: CMD, count: 1}
"""


@pytest.fixture
def class_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for student, text in {
        "ada": "FROM busybox:1\nCMD true\n",
        "bob": "FROM busybox:1\n",
        "cem": "FROM busybox:1\nCMD true\n",
        "dua": "FROM busybox:1\nCMD true\n# hers\n",
    }.items():
        (tmp_path / "work" / student).mkdir(parents=True)
        (tmp_path / "work" / student / "Dockerfile").write_text(text)
    (tmp_path / "work" / "dua" / "out").symlink_to("/etc/passwd")
    (tmp_path / "class.csv").write_text("id,name\nada,Ada\nbob,Bob\ncem,Cem\neve,Eve\n")
    return write(tmp_path / "exercises", EXERCISE)


@pytest.mark.docker
def test_a_class(class_: Path, tmp_path: Path) -> None:
    ran = grader("batch", str(class_), "work", "--roster", "class.csv", "--engine", "host", "--jobs", "2")
    assert ran.code == 1
    assert "it: 4 of 4 submissions graded (3 in" in ran.out
    assert "\nPages: grader report --to html:report/\n" in ran.out
    assert "2 with full marks, 1 with something to mend, 1 rejected" in ran.out
    assert "Handed in nothing:\n  eve  Eve  it\n" in ran.out
    assert "Not on the roster:\n  dua" in ran.out
    assert "Rejected, a person should look (`grader results show STUDENT EXERCISE`):\n  dua  it\n" in ran.out
    again = grader("batch", str(class_), "work", "--roster", "class.csv", "--engine", "host", "--exit-zero-if-graded")
    assert again.code == 0
    assert "it: 4 of 4 submissions graded (4 from the store)" in again.out
    listed = json.loads(grader("results", "list", "--json").out)
    scores = {one["student"]: one["score"] for one in listed}
    assert scores == {"ada": 2, "bob": 1, "cem": 2, "eve": None, "dua": None}
    assert not list((tmp_path / "state").rglob("*.json*"))


def test_what_would_be_graded(class_: Path, tmp_path: Path) -> None:
    ran = grader("batch", str(class_), "work", "--dry-run", "--roster", "class.csv")
    assert ran.code == 0
    assert re.search(r"^it  ada  ada  20\d\d-", ran.out, re.MULTILINE)
    assert "4 submissions would be graded, but for those" in ran.out
    assert "Handed in nothing:\n  eve  Eve  it\n" in ran.out
    assert "4 submissions" in ran.err
    assert not (tmp_path / "grader.db").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["it"], "Missing argument 'SOURCE...'"),
        (["none", "work"], "no exercise 'none'"),
        (["exercises/it", "nowhere"], "there is no source"),
        (["exercises/it", "work", "--layout", "blackboard"], "there is no layout 'blackboard'"),
        (["exercises/it", "work", "--jobs", "0"], "must be auto, or a number from 1 to 256"),
        (["exercises/it", "work", "--jobs", "many"], "must be auto, or a number from 1 to 256"),
        (["exercises/it", "work", "--engine", "auto"], "is not one of 'isolated', 'host'"),
        (["exercises/it", "work", "--roster", "none.csv"], "none.csv"),
        (["exercises/it", "work/ada"], "grader check"),
    ],
)
def test_wrong_usage(class_: Path, arguments: list[str], message: str) -> None:
    assert class_.is_dir()
    ran = grader("batch", *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_a_course_says_where_exercises_are(class_: Path, tmp_path: Path) -> None:
    other = class_.with_name("other")
    other.mkdir()
    (other / "exercise.yaml").write_text(EXERCISE.replace("id: it", "id: other"))
    for student in ("ada", "bob"):
        (tmp_path / "repos" / student / "part1").mkdir(parents=True)
        (tmp_path / "repos" / student / "part1" / "Dockerfile").write_text("FROM busybox:1\n")
    (tmp_path / "course.yaml").write_text("schema: grader/course/v1\nexercises: {it: part1, other: part2}\n")
    ran = grader("batch", "course.yaml", "repos", "--dry-run")
    assert ran.code == 0
    assert "2 submissions would be graded, but for those" in ran.out
    both = grader("batch", "it,other", "repos", "--dry-run")
    assert both.code == 0


TALLY = Tally(total=11, same=1, stored=1, ran=6, passed=3, rejected=1, ungraded=1, seconds=70.0)


def test_the_numbers() -> None:
    assert summary(TALLY) == (
        "9 of 11: 3 passed, 2 with something to mend, 1 rejected, 1 not graded, 1 the same as another, 1 from the store"
    )
    running = [Running(1, "ada", 3.0, "Building")]
    assert pace(replace(TALLY, running=running)) == "1 running · 6 a minute · about 20 s left"
    assert replace(TALLY, again=2, slots=4).remaining == 80
    assert pace(replace(TALLY, again=2, elsewhere=1, retries=3, ran=0, ungraded=0)) == (
        "0 running · 2 to be seen again alone · 1 with another batch · 3 tries failed"
    )


def test_plain_lines_come_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([100.0, 101.0, 116.0, 117.0])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    stream = io.StringIO()
    lines = Lines(stream)
    for ran in (1, 2, 3):
        lines.tally(replace(TALLY, ran=ran, paused="no engine" if ran == 3 else None))
    lines.note("something \x1b[31m happened")
    told = stream.getvalue().splitlines()
    assert len(told) == 4
    assert told[0].startswith("4 of 11: ")
    assert told[1].startswith("6 of 11: ")
    assert told[2:] == ["Paused: no engine", "something \\x1b[31m happened"]
