from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

from grader.core.handin import Person
from tests.support.stores import begun, graded, make_exercise, make_handin

if TYPE_CHECKING:
    from grader.store import Store


def test_exercises_are_kept_whole(store: Store) -> None:
    row = make_exercise(
        max_score=Decimal("2.50"),
        due=datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        file={"vars": {"port": "${random}"}, "weights": [1, 0.1], "title": "Größe \U0001f40b\0"},
    )
    store.add_exercise(row)
    found = store.exercise(row.digest)
    assert found == row
    assert found.due is not None
    assert (str(found.max_score), found.due.tzinfo, found.due.hour) == ("2.50", UTC, 0)


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.exercise("nothing") is None
    assert store.latest_exercise("nothing") is None
    assert store.snapshot("nothing") is None
    assert (store.exercises(), store.people(), store.images(), store.choices()) == ([], [], {}, {})


def test_an_exercise_is_as_it_was_added_last(store: Store) -> None:
    for digest in ("one", "two", "one"):
        store.add_exercise(make_exercise(digest=digest, title=digest))
    latest = store.latest_exercise("serve-on-3000")
    assert latest is not None
    assert latest.digest == "one"
    assert store.exercises() == ["serve-on-3000"]


def test_an_exercise_is_as_the_newest_grading_used_it(store: Store) -> None:
    first, [handin] = begun(store, "ada")
    graded(store, first, handin)
    store.add_exercise(make_exercise(digest="other"))
    latest = store.latest_exercise("serve-on-3000")
    assert latest is not None
    assert latest.digest == "e" * 64
    second, _ = store.begin("batch", "with the other", {})
    store.add_handins(second.id, [(make_handin(), "work of ada")])
    latest = store.latest_exercise("serve-on-3000")
    assert latest is not None
    assert latest.digest == "other"


def test_people_come_in_the_order_of_the_roster(store: Store) -> None:
    def named(*ids: str) -> list[Person]:
        return [Person(id=one) for one in ids]

    def order() -> list[str]:
        return [person.id for person in store.people()]

    store.add_people(named("b", "a"))
    store.add_people(named("z"))
    store.add_people(named("a", "c", "b"))
    assert [one for one in order() if one in "abc"] == ["a", "c", "b"]
    before = order()
    store.add_people(named("a"))
    assert order() == before
    assert sorted(before) == ["a", "b", "c", "z"]


def test_people_are_brought_up_to_date(store: Store) -> None:
    store.add_people([Person(id="ada"), Person(id="bob", columns={"ID": "7"}, extensions={"*": "3d"})])
    store.add_people([Person(id="ada", name="Ada Ø"), Person(id="ada", name="Ada Łu")])
    store.add_people([])
    assert store.people() == [
        Person(id="ada", name="Ada Łu"),
        Person(id="bob", columns={"ID": "7"}, extensions={"*": "3d"}),
    ]


def test_a_class_of_thousands(store: Store) -> None:
    people = [Person(id=f"s{number}") for number in range(2500)]
    store.add_people(people)
    store.add_people(reversed(people))
    assert store.people() == people[::-1]


def test_snapshots(store: Store) -> None:
    data = bytes(range(256)) * 5000
    store.add_snapshot("one", data, 3, 12345)
    store.add_snapshot("one", b"another", 3, 12345)
    assert store.snapshot("one") == data
    assert store.has_snapshots(["one", "two"]) == {"one"}
    assert store.has_snapshots(str(number) for number in range(1200)) == set()


def test_images(store: Store) -> None:
    store.add_images({"busybox:1": "sha256:1", "redis:7": "sha256:2"})
    store.add_images({"redis:7": "sha256:3"})
    store.add_images({})
    assert store.images() == {"busybox:1": "sha256:1", "redis:7": "sha256:3"}
