from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.batch.intake import pack
from grader.store import open_store
from tests.support.commands import grader

if TYPE_CHECKING:
    from tests.support.populated import Made


def test_the_facts_and_the_report(made: Made) -> None:
    ran = grader("results", "show", made.student("late"), "one")
    assert (ran.code, ran.err) == (0, "")
    assert "Handed in:   2026-03-02 " in ran.out
    assert "late: 1d 2h -20 %" in ran.out
    assert "graded, 10/10 as graded; 8/10 counts" in ran.out
    assert "nothing answers 'extra'" in ran.out
    assert "\x1b" not in ran.out


def test_by_the_beginning_of_an_id(made: Made) -> None:
    with open_store(made.url) as store:
        number = next(store.attempts(exercise="two")).id
    ran = grader("results", "show", number[:10])
    assert f"Attempt:     {number}\n" in ran.out


def test_other_attempts(made: Made) -> None:
    out = grader("results", "show", made.student("twice"), "one").out
    assert out.count("\nAlso: ") == 1
    assert "graded 8/10, of " in out


def test_the_students_view(made: Made) -> None:
    whole = grader("results", "show", made.student("hidden"), "one").out
    seen = grader("results", "show", made.student("hidden"), "one", "--student-view").out
    assert "A secret" in whole
    assert "secret" not in seen
    assert "From:" not in seen


def test_reports(made: Made) -> None:
    ran = grader("results", "show", made.student("failed"), "one", "--report", "json", "--report", "junit:r.xml")
    assert json.loads(ran.out)["checks"][1]["outcome"] == "failed"
    assert "<testsuite" in Path("r.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("ungraded", "there is no result of"),
        ("missing", "nothing was handed in"),
    ],
)
def test_no_result(made: Made, case: str, words: str) -> None:
    ran = grader("results", "show", made.student(case), "one")
    assert ran.code == 2
    assert words in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["s00002"], "has several results"),
        (["Nobody"], "'Nobody' is neither a student nor an attempt"),
        (["fff"], "there is no attempt 'fff'"),
        (["Nobody", "one"], "there is no student 'Nobody'"),
        (["s00002", "three"], "nothing of the exercise 'three'"),
        (["s00002", "one", "--submission", "."], "'.' is there already"),
        (["s00002", "one", "--submission", "new"], "there is no copy of this work in the store"),
        (["s00002", "one", "--report", "pdf"], "unknown report format 'pdf'"),
    ],
)
def test_what_is_refused(made: Made, arguments: list[str], words: str) -> None:
    assert made.url
    ran = grader("results", "show", *arguments)
    assert ran.code == 2
    assert words in ran.err


def test_what_was_handed_in(own: Made, tmp_path: Path) -> None:
    work = tmp_path / "packed"
    work.mkdir()
    (work / "Dockerfile").write_text("FROM busybox:1\n", encoding="utf-8")
    with open_store(own.url) as store:
        [row] = list(store.attempts(student=own.student("passed")))
        store.add_snapshot(row.digest, pack(work), 1, 15)
    ran = grader("results", "show", own.student("passed"), "--submission", "new")
    assert ran.code == 0
    assert Path("new/Dockerfile").read_text(encoding="utf-8") == "FROM busybox:1\n"
    assert ran.out.endswith("The work is in new. It is a student's: look at it, and don't run it.\n")


def test_a_copy_that_is_damaged(own: Made) -> None:
    with open_store(own.url) as store:
        [row] = list(store.attempts(student=own.student("passed")))
        store.add_snapshot(row.digest, b"nonsense", 1, 15)
    ran = grader("results", "show", own.student("passed"), "--submission", "new")
    assert ran.code == 3
    assert "can't be unpacked" in ran.err


def test_decisions_and_flags(own: Made) -> None:
    who = own.student("failed")
    assert grader("results", "override", who, "one", "--score", "9", "--reason", "lab", "--author", "Eve").code == 0
    out = grader("results", "show", who).out
    assert "By hand:     score 9 by Eve, " in out
    assert ": lab\n" in out
    assert "graded, 8/10 as graded; 9/10 counts" in out
