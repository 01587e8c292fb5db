from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import UsageError
from grader.core.result import ImageRef
from grader.exercise.load import load
from grader.gradebook.diff import diff, last_two
from grader.store import open_store
from tests.support.populated import attempt, begin, hand_in, make_graded, make_store, values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.store import Store
    from tests.support.populated import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_store(tmp_path, students=3, exercises=("one",), plain=True)


@pytest.fixture
def store(made: Made) -> Iterator[Store]:
    with open_store(made.url) as opened:
        yield opened


def regrade(store: Store, made: Made, student: str, case: str, text: str = "", **changes: object) -> int:
    """Grade what a student handed in once more, with another version of the exercise."""
    path = made.folders["one"] / "exercise.yaml"
    said = path.read_text(encoding="utf-8")
    path.write_text(said.replace("path: /s", "path: /t"), encoding="utf-8")
    grading = begin(store, "again", made.folders)
    number, digest = hand_in(store, grading, "one", student, text=text)
    attempt(store, grading, number, make_graded(load(made.folders["one"]), student, digest, case, **changes))
    return grading


def test_it_takes_two(store: Store) -> None:
    with pytest.raises(UsageError, match="there is one grading: it takes two"):
        last_two(store)
    with pytest.raises(UsageError, match="there is no grading of other"):
        last_two(store, "other")


def test_who_changed_and_why(store: Store, made: Made) -> None:
    other = (ImageRef(ref="busybox:1", id="sha256:" + "c" * 64),)
    regrade(store, made, "s00000", "answers", images=other, grader_version="9")
    found = diff(store, *last_two(store))
    [one] = found.changed
    assert values(one.person.id, one.before.score, one.after.score) == ("s00000", 11, 8)
    assert one.why == (
        "the exercise was changed",
        "grader 0.1.0 -> 9",
        "the image busybox:1 is another one",
        "answers: passed -> failed (nothing answers 'answers')",
    )
    assert found.versions["one"].grading == ("check 'secret': path /s -> /t",)
    assert (found.unchanged, found.only_old, found.only_new) == (0, 2, 0)


def test_the_same_outcomes_are_no_change(store: Store, made: Made) -> None:
    regrade(store, made, "s00000", "passed")
    found = diff(store, *last_two(store))
    assert (found.changed, found.unchanged) == ([], 1)


def test_the_same_attempt_is_no_change(store: Store, made: Made) -> None:
    grading = begin(store, "again", made.folders)
    pairs = [(row.id, number or "") for row, number, _ in store.items(made.grading)]
    store.settle(grading, pairs, "stored")
    found = diff(store, store.grading(made.grading), store.grading(grading))
    assert (found.changed, found.unchanged) == ([], 3)


def test_other_checks_of_the_same_worth_are_a_change(store: Store, made: Made) -> None:
    regrade(store, made, "s00001", "hidden")
    [one] = diff(store, *last_two(store)).changed
    assert values(one.before.score, one.after.score) == (8, 8)
    assert [why.partition(" ")[0] for why in one.why] == ["the", "answers:", "secret:"]


def test_other_work_and_no_verdict(store: Store, made: Made) -> None:
    grading = regrade(store, made, "s00000", "rejected", text="other")
    number, _ = hand_in(store, grading, "one", "s00001")
    store.fail(grading, number, "the disk is full", 3)
    hand_in(store, grading, "one", "stranger")
    found = diff(store, *last_two(store))
    first, second = found.changed
    assert (first.after.status, first.why[0]) == ("rejected", "handed in something else")
    assert any("leads out" in why for why in first.why)
    assert (second.after.status, second.why) == ("ungraded", ("not graded: the disk is full",))
    assert (found.only_old, found.only_new) == (1, 1)


def test_points_alone(store: Store, made: Made) -> None:
    path = made.folders["one"] / "exercise.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("points: 2, title", "points: 4, title"), encoding="utf-8")
    grading = begin(store, "again", made.folders)
    number, digest = hand_in(store, grading, "one", "s00000")
    attempt(store, grading, number, make_graded(load(made.folders["one"]), "s00000", digest))
    found = diff(store, *last_two(store))
    assert found.changed[0].why == ("the exercise was changed", "builds: 2/2 -> 4/4 points")
    assert found.versions["one"].scoring == ("check 'builds': points 2 -> 4",)
