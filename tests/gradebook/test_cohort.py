from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from grader.core.handin import HandIn
from grader.core.result import Result
from grader.exercise.load import load
from grader.gradebook import cohort as cohorts
from grader.gradebook.analytics import analyse
from grader.gradebook.book import build
from grader.store import open_store
from tests.support.populated import DUE, begin, hand_in, let_two_be_alike, make_graded, make_store, values
from tests.support.populated import attempt as write_attempt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.store import Store
    from tests.support.populated import Made


UNFINISHED: Final = "The newest batch isn't finished: 2 hand-ins are still to be graded."


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Give a class of 14 in two exercises, in a folder without exercises."""
    monkeypatch.chdir(tmp_path)
    return make_store(tmp_path / "made")


@pytest.fixture
def store(made: Made) -> Iterator[Store]:
    with open_store(made.url) as opened:
        yield opened


def of(store: Store, made: Made, case: str) -> Result:
    """Give the result of the student who is a case, in exercise one."""
    book = build(store, ["one"], student=made.student(case))
    [result] = cohorts.results(store, book)
    return result


def override(store: Store, made: Made, case: str, check: str | None, points: int) -> None:
    store.add_override(
        exercise="one", student=made.student(case), check=check, points=Decimal(points), reason="a reason", author="x"
    )


class TestCohort:
    def test_everything_of_a_class(self, store: Store) -> None:
        found = cohorts.cohort(store, ["one", "two"])
        assert found.title == "Serve one, Serve two"
        assert found.book == build(store, ["one", "two"])
        assert found.analyses == (analyse(store, "one"), analyse(store, "two"))
        assert found.notes == (UNFINISHED,)

    def test_of_one_student_nothing_of_the_others(self, store: Store, made: Made) -> None:
        who = made.student("passed")
        found = cohorts.cohort(store, ["one"], student=who)
        assert (found.analyses, found.pairs) == ((), ())
        assert {entry.student for entry in found.book.entries} == {who}

    def test_a_batch_that_goes_on(self, store: Store, made: Made) -> None:
        grading = begin(store, "again", made.folders)
        hand_in(store, grading, "one", "s00000", text="new")
        [note] = cohorts.cohort(store, ["one"]).notes
        assert note == "The newest batch isn't finished: 1 hand-in is still to be graded."


class TestPairs:
    @pytest.fixture
    def alike(self, store: Store, made: Made) -> None:
        let_two_be_alike(store, made)

    @pytest.mark.usefixtures("alike")
    def test_they_are_told(self, store: Store) -> None:
        found = cohorts.cohort(store, ["one"])
        assert len(found.pairs) == 1
        assert found.notes[0] == UNFINISHED
        assert found.notes[1].startswith("one: the exercise's folder isn't here")

    @pytest.mark.usefixtures("alike")
    def test_unless_nobody_wants_them(self, store: Store) -> None:
        found = cohorts.cohort(store, ["one"], similar=False)
        assert (found.pairs, found.notes) == ((), (UNFINISHED,))


class TestResults:
    def test_those_that_count_in_the_order_of_the_book(self, store: Store) -> None:
        book = build(store, ["one", "two"])
        found = [(one.submission.id, one.exercise.id, one.attempt) for one in cohorts.results(store, book)]
        assert found == [
            (entry.student, entry.exercise, entry.attempt) for entry in book.entries if entry.attempt is not None
        ]

    def test_they_are_read_as_they_are_asked_for(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        found = cohorts.results(store, build(store, ["one"]))
        next(found)
        monkeypatch.setattr(Result, "model_validate_json", None)
        with pytest.raises(TypeError):
            next(found)

    def test_the_same_work_of_two_is_each_ones_own(self, store: Store, made: Made) -> None:
        grading = begin(store, "more", made.folders)
        first, digest = hand_in(store, grading, "one", "eve", text="shared")
        exercise = load(made.folders["one"])
        graded = make_graded(exercise, "eve", digest, flags=("the archive had one folder in it",))
        name = write_attempt(store, grading, first, graded)
        row = store.handin(first)
        same = row.digest
        later = DUE + timedelta(hours=-3)
        given = HandIn(
            exercise="one", student="mallory", path=row.path, label="m.zip", received_at=later, received_by="source"
        )
        [second] = store.add_handins(grading, [(given, same)])
        store.settle(grading, [(second, name)], "stored")
        for who in ("eve", "mallory"):
            [result] = cohorts.results(store, build(store, ["one"], student=who))
            assert result.submission.id == who
        assert result.submission.received_at == later
        assert "eve" not in result.model_dump_json()

    def test_nothing_is_said_of_what_nobody_changed(self, store: Store, made: Made) -> None:
        result = of(store, made, "passed")
        assert result == store.result(result.attempt)

    def test_late_is_said_and_not_taken_off(self, store: Store, made: Made) -> None:
        result = of(store, made, "late")
        assert result.score == store.result(result.attempt).score
        assert result.message is not None
        assert result.message.endswith(" points are left.")
        assert "20 %" in result.message

    def test_points_of_a_check(self, store: Store, made: Made) -> None:
        override(store, made, "failed", "answers", 2)
        result = of(store, made, "failed")
        before = store.result(result.attempt)
        assert result.message == "A person has changed points of checks."
        assert result.score == (before.score or 0) + 2
        assert [check.points for check in result.checks if check.id == "answers"] == [2]

    def test_a_score(self, store: Store, made: Made) -> None:
        override(store, made, "late", None, 9)
        result = of(store, made, "late")
        assert values(result.score, result.max_score) == (9, 10)
        assert result.message == "The score was set by hand: 9."

    def test_what_was_said_before_stays(self, store: Store, made: Made) -> None:
        override(store, made, "rejected", None, 4)
        result = of(store, made, "rejected")
        assert result.score == 4
        assert result.message is not None
        assert result.message.startswith("The score was set by hand: 4. the archive holds")
