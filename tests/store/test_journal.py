from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from grader.core.result import Status
from grader.store import Lost
from grader.store.owners import me
from grader.store.schema import JOURNAL, OWNERS
from tests.support.stores import begun, graded, make_attempt

if TYPE_CHECKING:
    from grader.store import Store


def journal(store: Store) -> list[tuple[int, str]]:
    with store.reading() as connection:
        return [(row.handin, row.owner) for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.handin))]


def fall_silent(store: Store, owner: str) -> None:
    with store.writing() as connection:
        long_ago = datetime.now(UTC) - timedelta(seconds=91)
        connection.execute(update(OWNERS).where(OWNERS.c.owner == owner).values(beat_at=long_ago))


def test_what_is_claimed_is_taken(store: Store) -> None:
    grading, [ada, bob, cyd] = begun(store, "ada", "bob", "cyd")
    assert store.claim(grading, ada, "k", "one") == "claimed"
    assert store.claim(grading, ada, "k", "one") == "taken"
    assert store.claim(grading, ada, "k", "two") == "taken"
    assert store.claim(grading, ada, "another", "two") == "taken"
    assert store.claim(grading, bob, "k", "two") == "taken"
    assert store.claim(grading, cyd, "another", "two") == "claimed"
    assert journal(store) == [(ada, "one"), (cyd, "two")]
    store.release(ada, "two")
    assert store.claim(grading, ada, "k", "two") == "taken"
    store.release(ada, "one")
    assert store.claim(grading, bob, "k", "two") == "claimed"
    store.release_all("two")
    assert journal(store) == []


def test_what_is_committed_is_done(store: Store) -> None:
    grading, [ada, bob] = begun(store, "ada", "bob")
    one = graded(store, grading, ada, "k")
    assert journal(store) == []
    assert store.claim(grading, ada, "k", "two") == "done"
    # The same work of another student.
    assert store.claim(grading, bob, "k", "two") == "done"
    assert [(attempt, how) for _, attempt, how in store.items(grading)] == [(one, "ran"), (one, "stored")]
    assert len(list(store.attempts())) == 1


def test_what_has_no_score_is_done_again(store: Store) -> None:
    first, [ada] = begun(store, "ada", identity="1")
    graded(store, first, ada, "k", status=Status.UNGRADED, score=None)
    assert [one.id for one in store.pending(first)] == [ada]
    assert store.claim(first, ada, "k", "me") == "claimed"
    store.release(ada, "me")
    second, _ = begun(store, "ada", identity="2")
    assert store.claim(second, ada, "k", "me") == "claimed"


def test_a_verdict_takes_the_place_of_none(store: Store) -> None:
    first, [ada] = begun(store, "ada", identity="1")
    graded(store, first, ada, "k", status=Status.UNGRADED, score=None)
    better = graded(store, first, ada, "k")
    assert [attempt for _, attempt, _ in store.items(first)] == [better]
    assert store.pending(first) == []
    assert store.claim(first, ada, "k", "me") == "done"


def test_fresh_asks_only_for_what_this_grading_made(store: Store) -> None:
    first, _ = begun(store, "ada", identity="1")
    graded(store, first, store.pending(first)[0].id, "k")
    second, [ada, bob] = begun(store, "ada", "bob", identity="2")
    assert store.claim(second, ada, "k", "me", fresh=True) == "claimed"
    assert store.claim(second, bob, "k", "me", fresh=True) == "taken"
    attempt, data = make_attempt("k")
    store.commit(second, ada, "me", attempt, data)
    assert store.claim(second, bob, "k", "me", fresh=True) == "done"
    assert {attempt for _, attempt, _ in store.items(second)} == {attempt.id}


def test_two_gradings_share_one_attempt(store: Store) -> None:
    first, [ada] = begun(store, "ada", identity="1")
    second, _ = begun(store, "ada", identity="2")
    assert store.claim(first, ada, "k", "one") == "claimed"
    assert store.claim(second, ada, "k", "two") == "taken"
    attempt, data = make_attempt("k")
    with pytest.raises(Lost):
        store.commit(second, ada, "two", attempt, data)
    store.commit(first, ada, "one", attempt, data)
    assert store.claim(second, ada, "k", "two") == "done"
    assert [how for _, _, how in store.items(second)] == ["stored"]


def test_the_dead_are_taken_over(store: Store) -> None:
    grading, [ada, bob] = begun(store, "ada", "bob")
    assert store.claim(grading, ada, "k", "one") == "claimed"
    fall_silent(store, "one")
    assert store.claim(grading, bob, "k", "two") == "claimed"
    assert journal(store) == [(bob, "two")]
    attempt, data = make_attempt("k")
    with pytest.raises(Lost, match=f"hand-in {ada} is no longer graded here"):
        store.commit(grading, ada, "one", attempt, data)
    assert list(store.attempts()) == []
    fall_silent(store, "two")
    assert store.claim(grading, ada, "k", "one") == "claimed"
    store.beat("one")
    assert store.claim(grading, bob, "k", "two") == "taken"
    store.commit(grading, ada, "one", attempt, data)


def test_a_process_that_was_killed_is_taken_over_at_once(store: Store) -> None:
    grading, [ada] = begun(store, "ada")
    program = "from grader.store.owners import me; print(me(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        other = child.stdout.readline().strip()
        assert store.claim(grading, ada, "k", other) == "claimed"
        fall_silent(store, other)
        assert store.claim(grading, ada, "k", me()) == "taken"
        child.kill()
    assert store.claim(grading, ada, "k", me()) == "claimed"


def test_a_commit_may_be_repeated(store: Store) -> None:
    grading, [ada, bob] = begun(store, "ada", "bob")
    store.claim(grading, ada, "k", "me")
    attempt, data = make_attempt("k")
    for _ in range(2):
        store.commit(grading, ada, "me", attempt, data)
    with pytest.raises(Lost):
        store.commit(grading, bob, "me", attempt, data)
    with pytest.raises(Lost):
        store.commit(grading, ada, "me", *make_attempt("k"))
    assert [row.id for row in store.attempts()] == [attempt.id]


def test_a_commit_that_is_refused_leaves_the_claim(store: Store) -> None:
    grading, [ada] = begun(store, "ada")
    store.claim(grading, ada, "k", "me")
    attempt, data = make_attempt("k", exercise={"id": "x", "title": "x", "digest": "never added"})
    with pytest.raises(ValueError, match="the store refuses this"):
        store.commit(grading, ada, "me", attempt, data)
    assert journal(store) == [(ada, "me")]
    assert [row.id for row in store.pending(grading)] == [ada]


def test_finishing_forgets_the_dead(store: Store) -> None:
    grading, [ada, bob] = begun(store, "ada", "bob")
    store.claim(grading, ada, "k1", "dead")
    store.claim(grading, bob, "k2", "alive")
    fall_silent(store, "dead")
    store.finish(grading)
    assert journal(store) == [(bob, "alive")]
    with store.reading() as connection:
        assert connection.scalars(select(OWNERS.c.owner)).all() == ["alive"]


def test_finishing_forgets_those_whose_work_was_taken_over(store: Store) -> None:
    grading, [ada] = begun(store, "ada")
    store.claim(grading, ada, "k1", "dead")
    fall_silent(store, "dead")
    assert store.claim(grading, ada, "k1", "alive") == "claimed"
    store.finish(grading)
    with store.reading() as connection:
        assert connection.scalars(select(OWNERS.c.owner)).all() == ["alive"]


def test_rescoring_goes_on_where_it_was(store: Store) -> None:
    first, [ada, bob] = begun(store, "ada", "bob")
    one, two = graded(store, first, ada, "k1"), graded(store, first, bob, "k2")
    grading, _ = store.begin("rescore", "", {})
    rows = [(handin, *make_attempt("new", of=of)) for handin, of in ((ada, one), (bob, two))]
    store.add_rescored(grading.id, rows[:1])
    store.add_rescored(grading.id, rows)
    store.add_rescored(grading.id, [])
    assert [(row.id, row.of, row.kind) for row in store.attempts(grading=grading.id)] == [
        (rows[0][1].id, one, "rescored"),
        (rows[1][1].id, two, "rescored"),
    ]
    assert [how for _, _, how in store.items(grading.id)] == ["rescored", "rescored"]
    assert store.result_json(rows[1][1].id) == rows[1][2]
