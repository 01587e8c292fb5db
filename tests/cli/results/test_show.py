from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.batch.intake import pack
from grader.store import open_store
from tests.support.commands import grader
from tests.support.populated import DUE, begin, hand_in
from tests.support.stores import make_handin

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


def twin(own: Made) -> None:
    """Let somebody hand in what the first one did: both have one attempt."""
    with open_store(own.url) as store:
        [row] = list(store.attempts(student=own.student("passed")))
        grading = begin(store, "twins", own.folders)
        number, _ = hand_in(store, grading, "one", "twin", received=DUE - timedelta(days=3))
        store.settle(grading, [(number, row.id)], "stored")
        store.finish(grading)


def test_the_same_work_of_two_is_each_ones_own(own: Made) -> None:
    first = own.student("passed")
    twin(own)
    whole = grader("results", "show", "twin", "one").out
    assert f"Graded as:   the same work of {first}\n" in whole
    assert "Submission twin" in whole
    seen = grader("results", "show", "twin", "one", "--student-view").out
    assert "Submission twin" in seen
    assert first not in seen
    told = json.loads(grader("results", "show", "twin", "one", "--student-view", "--report", "json").out)
    assert first not in json.dumps(told)
    assert told["submission"]["id"] == "twin"
    assert told["submission"]["received_at"].startswith("2026-02-26T12:00:00")
    grader("results", "show", "twin", "one", "--student-view", "--report", "junit:r.xml")
    assert first not in Path("r.xml").read_text(encoding="utf-8")
    assert f"Submission {first}" in grader("results", "show", first, "one", "--student-view").out


def test_what_was_decided_where_nothing_was_graded(own: Made) -> None:
    who = own.student("missing")
    assert grader("results", "override", who, "one", "--score", "7", "--reason", "oral", "--author", "Eve").code == 0
    ran = grader("results", "show", who, "one")
    assert (ran.code, ran.err) == (0, "")
    assert "Score:       7/10, set by hand\n" in ran.out
    assert "By hand:     score 7 by Eve, " in ran.out
    assert ": oral\n" in ran.out
    seen = grader("results", "show", who, "one", "--student-view").out
    assert "7/10" in seen
    assert "Eve" not in seen
    assert "oral" not in seen
    assert "nothing was handed in" in grader("results", "show", who, "one", "--report", "json").err


def test_where_it_came_from_as_long_as_that_is_there(own: Made, tmp_path: Path) -> None:
    who = own.student("passed")
    assert "From:" not in grader("results", "show", who).out
    with open_store(own.url) as store:
        grading = begin(store, "more", own.folders)
        [number] = store.add_handins(grading, [(make_handin("new", exercise="one", path=tmp_path), "sha256:new")])
        [row] = list(store.attempts(student=who))
        store.settle(grading, [(number, row.id)], "stored")
    assert f"From:        {tmp_path}\n" in grader("results", "show", "new").out


def test_who_is_not_on_the_roster_where_there_is_one(own: Made) -> None:
    twin(own)
    assert "twin, not on the roster" in grader("results", "show", "twin").out
    with open_store(own.url) as store:
        store.add_people([one.model_copy(update={"on_roster": False}) for one in store.people()])
    assert "on the roster" not in grader("results", "show", "twin").out
    assert "on the roster" not in grader("results", "list").out
