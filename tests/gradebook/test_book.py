from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from grader.core.handin import Person
from grader.exercise.load import load
from grader.exercise.record import row
from grader.gradebook.book import build
from grader.store import open_store
from tests.support.populated import DUE, attempt, begin, hand_in, make_graded, make_store, values

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.gradebook import Entry
    from grader.gradebook.counting import Counts
    from grader.store import Store
    from tests.support.populated import Made


def entry(made: Made, case: str, *, exercise: str = "one") -> Entry:
    with open_store(made.url) as store:
        return build(store, [exercise], student=made.student(case, exercise)).entries[0]


@pytest.mark.parametrize(
    ("case", "status", "raw", "score", "most"),
    [
        ("passed", "graded", "11", "11", "10"),
        ("failed", "graded", "8", "8", "10"),
        ("rejected", "rejected", None, None, None),
        ("ungraded", "ungraded", None, None, None),
        ("late", "graded", "10", "8", "10"),
        ("too_late", "graded", "10", "0", "10"),
        ("missing", "missing", None, None, None),
        ("twice", "graded", "11", "11", "10"),
        ("error", "graded", "8", "8", "7"),
        ("withheld", "graded", "9", "9", "8"),
        ("regrade", "graded", "11", "11", "10"),
        ("unknown", "graded", "11", "11", "10"),
    ],
)
def test_what_counts(
    made: Made, case: str, status: str, *, raw: str | None, score: str | None, most: str | None
) -> None:
    found = entry(made, case)
    points = [None if one is None else Decimal(one) for one in (raw, score, most)]
    assert [found.status, found.raw, found.score, found.max_score] == [status, *points]


def test_one_entry_for_each_person_and_task(made: Made) -> None:
    with open_store(made.url) as store:
        book = build(store)
    assert [task.id for task in book.tasks] == ["one", "two"]
    assert [str(task.max_score) for task in book.tasks] == ["10", "10"]
    assert [(one.student, one.exercise) for one in book.entries] == [
        (person.id, task.id) for person in book.people for task in book.tasks
    ]
    assert book.people == made.people


def test_lateness_is_told(made: Made) -> None:
    late = entry(made, "late")
    assert values(late.late_percent, late.late_seconds) == (20, 26 * 3600)
    assert late.feedback.startswith("Handed in 1 day 2 h late: 20 % of the score are taken off. 8 points are left.")
    assert entry(made, "passed").late_percent is None


def test_why_there_is_no_score(made: Made) -> None:
    assert entry(made, "ungraded").message == "the engine is gone"
    assert "leads out of it" in (entry(made, "rejected").message or "")


def test_flags(made: Made) -> None:
    assert entry(made, "regrade").flags == ("regrade failed: the disk is full; the older score stays",)
    assert entry(made, "error").flags == ("check 'answers' could not be carried out",)
    assert entry(made, "bonus").flags == ("the image is built from a stand-in",)
    assert entry(made, "unknown").flags == ("nothing says when it was handed in: taken as in time",)
    assert entry(made, "passed").flags == ()


def test_feedback_keeps_what_is_hidden(made: Made) -> None:
    told = entry(made, "hidden").feedback
    assert "failed (0 of 3): Hidden check\n" in told
    assert "secret" not in told.casefold()
    assert "after the due date: Hidden check" in entry(made, "withheld").feedback
    assert "not counted: The page answers" in entry(made, "error").feedback


def test_without_details_no_result_is_read(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    with open_store(made.url) as store:
        monkeypatch.setattr(type(store), "results", refuse)
        monkeypatch.setattr(type(store), "result", refuse)
        found = build(store, ["one"], details=False)
    assert {one.feedback for one in found.entries} == {""}
    assert sum(one.score is not None for one in found.entries) == 11


@pytest.fixture
def own(tmp_path: Path) -> Made:
    """Give a class that may be changed."""
    return make_store(tmp_path, students=8, exercises=("one",))


def rewrite(made: Made, old: str, new: str) -> None:
    path = made.folders["one"] / "exercise.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def of(store: Store, student: str, counts: Counts = "chosen") -> Entry:
    return build(store, ["one"], counts, student=student).entries[0]


def test_which_handin_counts(own: Made) -> None:
    twice = own.student("twice")
    with open_store(own.url) as store:
        first, last = [one.id for one in store.handins("one") if one.student == twice]
        assert of(store, twice).handin == last
        store.choose("one", twice, first)
        chosen = of(store, twice)
        assert values(chosen.handin, chosen.score, chosen.flags) == (first, 8, ("chosen by hand",))
        assert of(store, twice, "last").handin == last
        assert of(store, twice, "best").handin == last
        store.choose("one", twice, None)
        assert of(store, twice).handin == last


def test_the_best_is_the_best_with_lateness_taken_off(own: Made) -> None:
    who = own.student("failed")
    exercise = load(own.folders["one"])
    with open_store(own.url) as store:
        grading = begin(store, "more", own.folders)
        number, digest = hand_in(store, grading, "one", who, received=DUE + timedelta(days=3), text="late")
        attempt(store, grading, number, make_graded(exercise, who, digest))
        last, best = of(store, who), of(store, who, "best")
    assert values(last.score, last.late_percent) == (Decimal("7.70"), 30)
    assert values(best.score, best.late_percent) == (8, None)
    assert best.flags == ("not the last hand-in, but the best",)


def test_ungraded_attempts_never_replace_a_score(own: Made) -> None:
    who = own.student("passed")
    with open_store(own.url) as store:
        old = of(store, who)
        grading = begin(store, "again", own.folders)
        number, digest = hand_in(store, grading, "one", who)
        pending = of(store, who)
        assert pending.score == old.score
        assert pending.flags == ("a newer grading has not come to it; the older score stays",)
        rewrite(own, "Try --port", "Try --host")
        store.add_exercise(row(load(own.folders["one"])))
        attempt(store, grading, number, make_graded(load(own.folders["one"]), who, digest, "ungraded"))
        after = of(store, who)
    assert (after.attempt, after.score, after.status) == (old.attempt, old.score, "graded")
    assert after.flags[0].startswith("regrade failed: ")


def test_a_check_by_hand(own: Made) -> None:
    who = own.student("failed")
    with open_store(own.url) as store:
        store.add_override(exercise="one", student=who, check="answers", points=Decimal(2), reason="a typo")
        found = of(store, who)
    assert values(found.raw, found.score, found.max_score) == (10, 10, 10)
    assert [one.check for one in found.overrides] == ["answers"]
    assert found.feedback.startswith("A person has changed points of checks.\n")
    assert "failed (2 of 3): The page answers" in found.feedback
    assert "a typo" not in found.feedback


def test_a_check_by_hand_counts_where_it_could_not_be_run(own: Made) -> None:
    with open_store(own.url) as store:
        grading = begin(store, "more", own.folders)
        exercise = load(own.folders["one"])
        number, digest = hand_in(store, grading, "one", "new")
        attempt(store, grading, number, make_graded(exercise, "new", digest, "error"))
        store.add_override(exercise="one", student="new", check="answers", points=Decimal(9), reason="it is right")
        found = of(store, "new")
    assert values(found.score, found.max_score) == (11, 10)
    assert "the override of check 'answers' gives 3 points, not 9: it is worth no more" in found.flags


def test_a_score_by_hand_is_final(own: Made) -> None:
    late, missing = own.student("late"), own.student("missing")
    with open_store(own.url) as store:
        for who in (late, missing):
            store.add_override(exercise="one", student=who, points=Decimal("7.5"), reason="ill")
        found, absent = of(store, late), of(store, missing)
    assert values(found.score, found.raw, found.late_percent, found.late_seconds) == (Decimal("7.5"), 10, 0, 26 * 3600)
    assert found.feedback.startswith("The score was set by hand: 7.5.\n")
    assert values(absent.status, absent.score, absent.max_score) == ("missing", Decimal("7.5"), 10)


def test_extensions(own: Made) -> None:
    late = own.student("late")
    with open_store(own.url) as store:
        store.add_people([Person(id=late, extensions={"one": "2d"})])
        assert values(of(store, late).score, of(store, late).late_percent) == (10, None)
        store.add_people([Person(id=late, extensions={"one": "nonsense"})])
        assert of(store, late).score == 8


def test_who_is_not_on_the_roster_comes_last(own: Made) -> None:
    with open_store(own.url) as store:
        grading = begin(store, "more", own.folders)
        hand_in(store, grading, "one", "a stranger")
        book = build(store)
    assert [(one.id, one.on_roster) for one in book.people][-1] == ("a stranger", False)
    assert (book.entries[-1].status, book.entries[-1].message) == ("ungraded", "not graded yet")


def test_the_same_work_is_one_attempt_of_several(own: Made) -> None:
    who = own.student("passed")
    with open_store(own.url) as store:
        [work] = [one for one in store.handins("one") if one.student == who]
        grading = begin(store, "more", own.folders)
        number, _ = hand_in(store, grading, "one", "copy")
        found = of(store, who)
        store.settle(grading, [(number, found.attempt or "")], "stored")
        copy = of(store, "copy")
    assert work.student != "copy"
    assert (copy.attempt, copy.score, copy.feedback) == (found.attempt, found.score, found.feedback)


def test_an_older_version(own: Made) -> None:
    rewrite(own, "points: 2, title", "points: 4, title")
    who = own.student("failed")
    with open_store(own.url) as store:
        grading = begin(store, "more", own.folders)
        number, digest = hand_in(store, grading, "one", who)
        attempt(store, grading, number, make_graded(load(own.folders["one"]), who, digest))
        book = build(store)
        old = of(store, own.student("passed"))
    assert str(book.tasks[0].max_score) == "12"
    assert old.flags == ("graded with an older version of the exercise",)


def test_one_grading(own: Made) -> None:
    with open_store(own.url) as store:
        grading = begin(store, "more", own.folders)
        hand_in(store, grading, "one", own.student("failed"))
        book = build(store, gradings=[grading])
    assert {one.status for one in book.entries} == {"missing", "ungraded"}
