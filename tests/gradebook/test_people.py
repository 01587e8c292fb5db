from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import UsageError
from grader.core.handin import Person
from grader.gradebook import people
from grader.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.store import Store

ADA = Person(id="1", name="Ada", login="al", email="ada@example.edu")
BOB = Person(id="2", name="Bob")
TWIN = Person(id="3", name="bob", on_roster=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "grader.db")) as opened:
        opened.add_people([TWIN, ADA, BOB])
        yield opened


def test_the_roster_comes_first(store: Store) -> None:
    assert [one.id for one in people.everybody(store, ["x", "1"])] == ["1", "2", "3", "x"]


@pytest.mark.parametrize("name", ["1", "Ada", "ada", "AL", "ada@example.edu"])
def test_by_any_name(store: Store, name: str) -> None:
    assert people.student(store, name) == ADA


def test_several(store: Store) -> None:
    with pytest.raises(UsageError, match="'Bob' may be any of 2, 3"):
        people.student(store, "Bob")
    assert people.student(store, "3") == TWIN


def test_nobody(store: Store) -> None:
    assert people.find(store, "") is None
    with pytest.raises(UsageError, match="there is no student 'Adda'") as caught:
        people.student(store, "Adda")
    assert caught.value.hint == "Did you mean 'Ada'?"


@pytest.mark.parametrize(
    ("name", "ids"),
    [("ada", ["1"]), ("AD", ["1"]), ("b", ["2", "3"]), ("BOB", ["2", "3"]), ("3", ["3"]), ("ada@ex", ["1"])],
)
def test_by_the_beginning_of_a_name(store: Store, name: str, ids: list[str]) -> None:
    assert [one.id for one in people.like(store, name)] == ids


def test_by_a_later_word_of_a_name(store: Store) -> None:
    store.add_people([Person(id="4", name="Grace Hopper")])
    assert [one.id for one in people.like(store, "hop")] == ["4"]
    for name in ("opper", " "):
        with pytest.raises(UsageError, match="there is no student"):
            people.like(store, name)


def test_whether_there_is_a_roster(store: Store) -> None:
    assert people.has_roster(store)
    store.add_people([one.model_copy(update={"on_roster": False}) for one in store.people()])
    assert not people.has_roster(store)
