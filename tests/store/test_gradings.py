from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import UsageError
from tests.support.factories import WHEN
from tests.support.stores import begun, graded, make_exercise, make_handin

if TYPE_CHECKING:
    from grader.store import Store


def test_an_unfinished_grading_goes_on(store: Store) -> None:
    first, goes_on = store.begin("batch", "the same command", {"jobs": 4})
    assert not goes_on
    assert store.begin("batch", "the same command", {"jobs": 1}) == (first, True)
    assert store.begin("batch", "another", {})[0].id != first.id
    assert store.begin("rescore", "the same command", {})[0].id != first.id
    store.finish(first.id)
    done = store.grading(first.id)
    assert done.finished_at is not None
    assert (done.settings, done.grader_version) == ({"jobs": 4}, first.grader_version)
    store.finish(first.id)
    assert store.grading(first.id) == done
    again, goes_on = store.begin("batch", "the same command", {})
    assert not goes_on
    assert again.id > first.id


def test_gradings_are_listed_newest_first(store: Store) -> None:
    first, _ = begun(store, "ada", identity="1")
    second, _ = begun(store, "ada", "bob", identity="2")
    empty, _ = store.begin("batch", "3", {})
    assert [row.id for row in store.gradings()] == [empty.id, second, first]
    assert [row.id for row in store.gradings("serve-on-3000")] == [second, first]
    assert store.gradings("another") == []


def test_what_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(UsageError, match="there is no grading 7 in "):
        store.grading(7)
    with pytest.raises(UsageError, match="no hand-in 7"):
        store.handin(7)


def test_the_same_content_is_the_same_hand_in(store: Store) -> None:
    grading, _ = store.begin("batch", "", {})
    given = [(make_handin("ada"), "one"), (make_handin("bob"), "one"), (make_handin("ada"), "two")]
    ids = store.add_handins(grading.id, [*given, given[0]])
    assert ids[0] == ids[3]
    assert len(set(ids)) == 3
    assert store.add_handins(grading.id, reversed(given)) == ids[2::-1]
    assert [row.id for row in store.pending(grading.id)] == sorted(set(ids))
    assert [row.student for row in store.handins("serve-on-3000")] == ["ada", "bob", "ada"]
    assert store.handins("another") == []


def test_hand_ins_are_kept_whole(store: Store) -> None:
    grading, _ = store.begin("batch", "", {})
    path = Path(os.fsdecode(b"/class/caf\xe9 \xf0\x9f\x90\x8b\\/'; DROP TABLE items"))
    given = make_handin("ada\u202e", path=path, label="a\0b", notes=("late", "twice"))
    [one] = store.add_handins(grading.id, [(given, "digest")])
    row = store.handin(one)
    assert row.path == path
    assert os.fsencode(row.path) == os.fsencode(path)
    assert (row.student, row.label, row.notes) == (given.student, given.label, ("late", "twice"))
    assert (row.received_at, row.received_by) == (WHEN, "source")
    assert store.add_handins(grading.id, [(given, "digest")]) == [one]


LATER = WHEN + timedelta(hours=1)


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ((WHEN, "source"), (LATER, "source"), (WHEN, "source")),
        ((LATER, "source"), (WHEN, "source"), (LATER, "source")),
        ((WHEN, "commit"), (LATER, "roster"), (WHEN, "commit")),
        ((WHEN, "source"), (LATER, "file"), (WHEN, "source")),
        ((WHEN, "file"), (LATER, "file"), (WHEN, "file")),
        ((WHEN, "file"), (LATER, "commit"), (LATER, "commit")),
        ((WHEN, "file"), (None, "source"), (WHEN, "file")),
        ((None, "file"), (LATER, "file"), (LATER, "file")),
        ((None, "source"), (LATER, "roster"), (LATER, "roster")),
    ],
)
def test_the_time_first_recorded_stays(store: Store, first: Any, then: Any, kept: Any) -> None:
    grading, _ = store.begin("batch", "", {})
    for path, (at, by) in (("/old", first), ("/new", then)):
        given = make_handin(received_at=at, received_by=by, path=Path(path), label=path, notes=(path,))
        [one] = store.add_handins(grading.id, [(given, "digest")])
    row = store.handin(one)
    assert (row.received_at, row.received_by) == kept
    assert (row.path, row.label, row.notes) == (Path("/new"), "/new", ("/new",))


def test_what_is_settled_stays(store: Store) -> None:
    first, [ada, bob] = begun(store, "ada", "bob", identity="1")
    one, two = graded(store, first, ada, "k1"), graded(store, first, bob, "k2")
    second, _ = begun(store, "ada", identity="2")
    store.settle(second, [(ada, one)], "stored")
    store.settle(second, [(ada, two), (bob, two)], "rescored")
    store.settle(second, [], "stored")
    assert [(row.id, attempt, how) for row, attempt, how in store.items(second)] == [
        (ada, one, "stored"),
        (bob, two, "rescored"),
    ]
    assert store.pending(second) == []
    assert [how for _, _, how in store.items(first)] == ["ran", "ran"]


def test_thousands_of_items(store: Store) -> None:
    grading, ids = begun(store, *(f"s{number}" for number in range(1501)))
    attempt = graded(store, grading, ids[0])
    assert len(store.pending(grading)) == 1500
    store.settle(grading, [(one, attempt) for one in ids[:1200]], "stored")
    found = list(store.items(grading))
    assert [row.id for row, _, _ in found] == ids
    assert [how for _, _, how in found] == ["ran"] + ["stored"] * 1199 + [None] * 301
    assert [row.id for row in store.pending(grading)] == ids[1200:]


def test_nothing_is_written_of_half_a_list(store: Store) -> None:
    store.add_exercise(make_exercise())
    grading, _ = store.begin("batch", "", {})

    def given() -> Any:
        yield make_handin(), "digest"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.add_handins(grading.id, given())
    with pytest.raises(ValueError, match="refuses"):
        store.add_handins(99, [(make_handin(), "digest")])
    assert store.handins() == []


def test_failures_have_their_causes(store: Store) -> None:
    grading, [ada, bob] = begun(store, "ada", "bob")
    store.fail(grading, ada, "the engine\0is gone \ud800", 1)
    store.fail(grading, bob, "no answer", 3)
    assert [(row.handin, row.cause, row.tries) for row in store.failures(grading)] == [
        (ada, "the engine\\x00is gone \\ud800", 1),
        (bob, "no answer", 3),
    ]
    assert store.failures(99) == []
