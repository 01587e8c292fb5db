from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.result import Outcome, Visibility
from grader.exercise.load import load
from grader.gradebook.book import build
from grader.gradebook.rescore import carry_out, plan
from grader.store import Store, open_store
from tests.support.factories import make_check_result
from tests.support.populated import attempt, begin, hand_in, key_of, make_graded, make_store, values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.result import Result
    from grader.gradebook.rescore import Plan
    from tests.support.populated import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_store(tmp_path, students=12, exercises=("one",))


@pytest.fixture
def store(made: Made) -> Iterator[Store]:
    with open_store(made.url) as opened:
        yield opened


def rewrite(made: Made, old: str, new: str) -> None:
    path = made.folders["one"] / "exercise.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def rescored(store: Store, made: Made) -> Plan:
    exercise = load(made.folders["one"])
    found = plan(store, exercise)
    carry_out(store, exercise, found)
    return found


def result_of(store: Store, made: Made, case: str) -> Result:
    [entry] = build(store, ["one"], student=made.student(case), details=False).entries
    return store.result(entry.attempt or "")


POINTS = ("points: 3, needs: [builds], title: The page", "points: 5, needs: [builds], title: The page")


def test_points(store: Store, made: Made) -> None:
    before = result_of(store, made, "failed")
    rewrite(made, *POINTS)
    found = rescored(store, made)
    assert (len(found.new), len(found.same), len(found.ungraded), found.refused) == (11, 0, 1, {})
    passed, failed = result_of(store, made, "passed"), result_of(store, made, "failed")
    assert values(passed.score, passed.max_score) == (13, 12)
    assert values(failed.score, failed.max_score) == (8, 12)
    assert [one.outcome for one in failed.checks] == [one.outcome for one in before.checks]
    assert failed.checks[1].evidence == before.checks[1].evidence
    assert failed.checks[1].findings == before.checks[1].findings
    assert len(failed.checks[1].findings) == len(failed.sources) == 1
    assert failed.sources == before.sources
    assert failed.attempt != before.attempt
    assert store.attempt(failed.attempt).of == before.attempt
    assert store.attempt(before.attempt).score == 8, "what was written stays"


def test_what_is_told(store: Store, made: Made) -> None:
    rewrite(made, "visibility: hidden, title: A secret", "title: No secret, feedback: none, hint: Look")
    rewrite(made, "hint: Try --port.", "hint: Try --host.")
    rewrite(made, "bonus: true, ", "")
    rescored(store, made)
    hidden, failed = result_of(store, made, "hidden").checks[2], result_of(store, made, "failed").checks[1]
    assert (hidden.title, hidden.visibility, hidden.feedback, hidden.hint) == ("No secret", "visible", "none", "Look")
    assert failed.hint == "Try --host."
    assert result_of(store, made, "passed").max_score == 11


def test_what_has_no_score_has_none_afterwards(store: Store, made: Made) -> None:
    rewrite(made, *POINTS)
    rescored(store, made)
    rejected = result_of(store, made, "rejected")
    assert (rejected.status, rejected.score, rejected.checks) == ("rejected", None, ())
    error, withheld = result_of(store, made, "error"), result_of(store, made, "withheld")
    assert values(error.score, error.max_score) == (8, 7)
    assert withheld.checks[3].outcome is Outcome.WITHHELD
    assert values(withheld.score, withheld.max_score) == (11, 10)


def test_a_later_batch_is_answered(store: Store, made: Made) -> None:
    rewrite(made, *POINTS)
    rescored(store, made)
    exercise = load(made.folders["one"])
    for case, past_due in (("passed", True), ("rejected", True), ("withheld", False)):
        new = result_of(store, made, case)
        key = key_of(exercise.digest, new.submission.digest or "", past_due=past_due)
        assert store.known([key]) == {key: new.attempt}


def test_what_would_run_now_is_not_answered(store: Store, made: Made) -> None:
    rewrite(made, "visibility: after_due, ", "")
    rescored(store, made)
    new = result_of(store, made, "withheld")
    assert new.checks[3].outcome is Outcome.WITHHELD
    key = key_of(new.exercise.digest, new.submission.digest or "", past_due=False)
    assert store.known([key]) == {}


def test_lateness(store: Store, made: Made) -> None:
    rewrite(made, "percent_per_day: 10", "percent_per_day: 50")
    rescored(store, made)
    [late] = build(store, ["one"], student=made.student("late")).entries
    assert values(late.score, late.raw, late.late_percent) == (0, 10, 100)


def test_decisions_stay(store: Store, made: Made) -> None:
    who = made.student("failed")
    store.add_override(exercise="one", student=who, check="answers", points=2, reason="typo")  # type: ignore[arg-type]
    rewrite(made, *POINTS)
    rescored(store, made)
    [entry] = build(store, ["one"], student=who).entries
    assert values(entry.score, entry.max_score) == (10, 12)


def test_other_changes_are_refused(store: Store, made: Made) -> None:
    rewrite(made, *POINTS)
    rewrite(made, "path: /s", "path: /t")
    (made.folders["one"] / "test_x.py").write_text("", encoding="utf-8")
    found = plan(store, load(made.folders["one"]))
    assert found.new == []
    assert list(found.refused) == [("check 'secret': path /s -> /t", "the file test_x.py is new")]
    assert len(*found.refused.values()) == 11


def test_waiting_that_begins_now_is_refused(store: Store, made: Made) -> None:
    rewrite(made, "due: 2026-03-01T12:00:00Z", "due: 9999-03-01T12:00:00Z")
    assert plan(store, load(made.folders["one"])).refused == {}
    rewrite(made, "visibility: hidden", "visibility: after_due")
    [why] = plan(store, load(made.folders["one"])).refused
    assert why == ("check 'secret' waits for the due date now, and was run before",)


def test_twice_is_once(store: Store, made: Made) -> None:
    rewrite(made, *POINTS)
    rescored(store, made)
    again = plan(store, load(made.folders["one"]))
    assert (again.new, len(again.same)) == ([], 11)


def test_an_interruption(store: Store, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.gradebook.rescore._AT_ONCE", 4)
    rewrite(made, *POINTS)
    exercise = load(made.folders["one"])
    written = Store.add_rescored
    calls = 0

    def interrupted(self: Store, *rest: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        written(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "add_rescored", interrupted)
    with pytest.raises(KeyboardInterrupt):
        carry_out(store, exercise, plan(store, exercise))
    rest = plan(store, exercise)
    assert (len(rest.new), len(rest.same)) == (3, 8)
    number = carry_out(store, exercise, rest)
    assert [row.kind for row in store.gradings()] == ["rescore", "batch", "batch"], "it goes on with the same one"
    assert store.grading(number).finished_at is not None
    assert len(list(store.attempts(grading=number))) == 11


def test_the_same_work_stays_one_attempt(store: Store, made: Made) -> None:
    [entry] = build(store, ["one"], student=made.student("passed")).entries
    grading = begin(store, "more", made.folders)
    number, _ = hand_in(store, grading, "one", "copy")
    store.settle(grading, [(number, entry.attempt or "")], "stored")
    rewrite(made, *POINTS)
    rescored(store, made)
    copy = build(store, ["one"], student="copy").entries[0]
    assert copy.score == 13
    assert copy.attempt == build(store, ["one"], student=made.student("passed")).entries[0].attempt


def test_titles_with_variables(store: Store, made: Made) -> None:
    rewrite(made, "images:", "vars: {word: {random: hex4}}\nimages:")
    exercise = load(made.folders["one"], 7)
    grading = begin(store, "more", made.folders)
    number, digest = hand_in(store, grading, "one", "new")
    attempt(store, grading, number, make_graded(exercise, "new", digest, "failed"))
    rewrite(made, "hint: Try --port.", "hint: 'Try ${word}.'")
    rescored(store, made)
    result = store.result(build(store, ["one"], student="new").entries[0].attempt or "")
    assert result.checks[1].hint == f"Try {exercise.values['word']}."


TESTS = "{id: tests, kind: pytest, file: test_x.py, hint: Read., visibility: visible}"


def test_tests_keep_their_points(store: Store, made: Made) -> None:
    rewrite(made, "checks:", f"checks:\n  - {TESTS}")
    (made.folders["one"] / "test_x.py").write_text("def test_a(): pass\n", encoding="utf-8")
    exercise = load(made.folders["one"])
    lost = {"kind": "pytest", "outcome": Outcome.FAILED, "points": 0, "max_points": 2}
    parts = (
        make_check_result(id="tests-a", kind="pytest", title="A", points=4, max_points=4),
        make_check_result(
            id="tests-b", kind="pytest", title="B", outcome=Outcome.FAILED, points=0, max_points=2, hint="Own."
        ),
        make_check_result(id="tests-c", hint="Read.", **lost),
        make_check_result(id="tests-d", kind="pytest", visibility=Visibility.HIDDEN),
    )
    grading = begin(store, "more", made.folders)
    number, digest = hand_in(store, grading, "one", "new")
    old = make_graded(exercise, "new", digest)
    graded = old.model_copy(update={"checks": (*parts, *old.checks[1:])})
    attempt(store, grading, number, graded)
    rewrite(made, "hint: Read., visibility: visible", "hint: Write., visibility: hidden, feedback: none")
    rescored(store, made)
    new = store.result(build(store, ["one"], student="new").entries[0].attempt or "")
    assert [values(one.title, one.points, one.max_points) for one in new.checks[:2]] == [("A", 4, 4), ("B", 0, 2)]
    assert [one.hint for one in new.checks[:4]] == [None, "Own.", "Write.", None]
    assert {(one.visibility, one.feedback) for one in new.checks[:4]} == {("hidden", "none")}
