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
