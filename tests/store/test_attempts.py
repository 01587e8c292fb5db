from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from grader.core.errors import UsageError
from grader.core.result import Finding, Source, Status
from grader.store import StoreError
from grader.store.schema import ATTEMPTS
from tests.support.factories import WHEN, make_check_result, make_result
from tests.support.stores import begun, graded, make_attempt

if TYPE_CHECKING:
    from grader.store import Store

FOUND = Finding(rule="DL3006", level="warning", message="tag \0 it", path="app/Dockerfile", line=1)


def test_attempts_are_kept_whole(store: Store) -> None:
    grading, [ada] = begun(store, "ada")
    store.claim(grading, ada, "k", "me")
    changes: dict[str, Any] = {
        "checks": (make_check_result(points=Decimal("0.1"), message="\U0001f40b\0\u202e", findings=(FOUND,)),),
        "sources": (Source(path="Dockerfile", language="dockerfile", text="FROM a\0\r\n" * 20_000),),
        "score": Decimal("0.1"),
        "max_score": Decimal("3.3333"),
        "started_at": datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=1))),
    }
    attempt, data = make_attempt("k", **changes)
    store.commit(grading, ada, "me", attempt, data)
    row = store.attempt(attempt.id)
    for field in dataclasses.fields(attempt):
        assert getattr(row, field.name) == getattr(attempt, field.name)
    assert (str(row.score), str(row.max_score)) == ("0.1", "3.3333")
    assert row.started_at == datetime(2026, 10, 25, 1, 30, 0, 1, tzinfo=UTC)
    assert (row.grading, row.handin, row.exercise, row.student) == (grading, ada, "serve-on-3000", "ada")
    assert (row.digest, row.label, row.received_at) == ("work of ada", "ada", WHEN)
    assert store.result_json(attempt.id) == data
    assert store.result(attempt.id) == make_result(attempt=attempt.id, **changes)


def test_no_score_is_not_zero(store: Store) -> None:
    grading, [ada, bob] = begun(store, "ada", "bob")
    none = graded(store, grading, ada, "k1", status=Status.REJECTED, score=None, max_score=None)
    zero = graded(store, grading, bob, "k2", score=Decimal(0))
    assert (store.attempt(none).score, store.attempt(none).max_score) == (None, None)
    assert store.attempt(zero).score == Decimal(0)


def test_points_are_never_floats(store: Store) -> None:
    grading, [ada] = begun(store, "ada")
    store.claim(grading, ada, "k", "me")
    attempt, data = make_attempt("k")
    for wrong in (0.1, Decimal("NaN"), "1"):
        with pytest.raises(Exception, match="points are decimals"):
            store.commit(grading, ada, "me", dataclasses.replace(attempt, score=wrong), data)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="time zone"):
        store.commit(grading, ada, "me", dataclasses.replace(attempt, started_at=datetime(2026, 1, 1)), data)  # noqa: DTZ001 - what is refused
    store.commit(grading, ada, "me", attempt, data)


def test_known_are_the_newest_that_came_to_an_end(store: Store) -> None:
    grading, ids = begun(store, *"abcde")
    first = graded(store, grading, ids[0], "one", status=Status.UNGRADED, score=None)
    assert store.known(["one"]) == {}
    second = graded(store, grading, ids[1], "one")
    rejected = graded(store, grading, ids[2], "two", status=Status.REJECTED, score=None)
    again, _ = store.begin("rescore", "", {})
    assert store.known(["one", "two", "three"]) == {"one": second, "two": rejected}
    attempt, data = make_attempt("three", of=second)
    store.add_rescored(again.id, [(ids[1], attempt, data)])
    assert store.known(["one", "three"]) == {"one": second, "three": attempt.id}
    many = [f"key {number}" for number in range(3000)]
    assert store.known([*many, "two", *many]) == {"two": rejected}
    assert store.known([]) == {}
    assert first != second


def test_attempts_are_filtered(store: Store) -> None:
    first, [ada, bob] = begun(store, "ada", "bob", identity="1")
    one = graded(store, first, ada, "k1")
    two = graded(store, first, bob, "k2", status=Status.REJECTED, score=None)
    second, _ = begun(store, "ada", identity="2")
    three = graded(store, second, ada, "k3")

    def ids(**wanted: Any) -> list[str]:
        return [row.id for row in store.attempts(**wanted)]

    assert ids() == [one, two, three]
    assert ids(grading=first) == [one, two]
    assert ids(student="ada") == ids(handin=ada) == [one, three]
    assert ids(student="ada", grading=first) == [one]
    assert ids(status=Status.REJECTED) == ids(status="rejected") == [two]
    assert ids(exercise="serve-on-3000") == [one, two, three]
    assert ids(exercise="another") == ids(student="nobody\0\ud800") == ids(grading=99) == []


def test_an_attempt_by_the_beginning_of_its_id(store: Store) -> None:
    grading, ids = begun(store, *"abc")
    for handin, name in zip(ids, ("ab12", "ab34", "ab3"), strict=True):
        graded(store, grading, handin, name, attempt=name)
    assert store.attempt("ab1").id == "ab12"
    assert store.attempt("ab3").id == "ab3"
    with pytest.raises(UsageError, match="several attempts begin with 'ab': ab3, ab34, ab12"):
        store.attempt("ab")
    for wrong in ("zz", "", "%", "AB1", "ab_2", "\0\ud800"):
        with pytest.raises(UsageError, match="there is no attempt"):
            store.attempt(wrong)
    with pytest.raises(UsageError, match="there is no attempt 'ab'"):
        store.result("ab")


def test_results_come_in_the_order_asked_for(store: Store) -> None:
    grading, ids = begun(store, *(f"s{number}" for number in range(50)))
    made = [graded(store, grading, one, str(one)) for one in ids]
    wanted = [*made[::-1], made[7], made[7]]
    assert [(name, result.attempt) for name, result in store.results(wanted)] == [(name, name) for name in wanted]
    with pytest.raises(UsageError, match="there is no attempt 'none'"):
        list(store.results([made[0], "none"]))


@pytest.mark.parametrize("broken", [b"", b"no zlib", b"x\x9cK\xce\xc9"])
def test_a_damaged_result_is_said(store: Store, broken: bytes) -> None:
    grading, [ada] = begun(store, "ada")
    one = graded(store, grading, ada)
    with store.writing() as connection:
        connection.execute(update(ATTEMPTS).values(result=broken))
    with pytest.raises(StoreError, match=f"the result of attempt {one} in .* can't be read"):
        store.result(one)
    with pytest.raises(StoreError, match="can't be read"):
        list(store.results([one]))


def test_pages_hold_up_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.store.attempts._PAGE", 2)
    grading, ids = begun(store, *"abcdef")
    made = [graded(store, grading, one, str(one)) for one in ids[:5]]
    stream = store.attempts()
    found = [next(stream).id]
    made.append(graded(store, grading, ids[5], "more"))
    assert [*found, *(row.id for row in stream)] == made
