from __future__ import annotations

import pytest
from pydantic import BaseModel, Field, ValidationError

from grader.core.yaml import read
from grader.exercise.problems import Problems, show_path


class Inner(BaseModel, extra="forbid"):
    size: int = Field(default=1, lt=10)
    named: int = Field(default=1, alias="in")


class Outer(BaseModel, extra="forbid"):
    parts: dict[str, Inner] = {}
    listed: tuple[Inner, ...] = ()
    maybe: Inner | None = None
    needed: str


def told(text: str) -> tuple[str, ...]:
    document = read(text, "f.yaml")
    found = Problems(document)
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(document.data)
    found.take(caught.value, Outer)
    return found.sorted()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("needed: x\nparts: {a: {siz: 3}}", "f.yaml:2:13: parts.a.siz: unknown field; did you mean 'size'?"),
        ("needed: x\nlisted: [{}, {inn: 3}]", "f.yaml:2:15: listed[1].inn: unknown field; did you mean 'in'?"),
        ("needed: x\nmaybe: {zzzz: 3}", "f.yaml:2:9: maybe.zzzz: unknown field; there are in, size"),
        ("needed: x\nmaybe: {size: 10}", "f.yaml:2:15: maybe.size: must be less than 10"),
        ("needed: x\nmaybe: 3", "f.yaml:2:8: maybe: must be a map of names and values"),
        ("needed: x\nsize: 3", "f.yaml:2:1: size: unknown field here; it belongs in 'parts'"),
        ("listed: []", "f.yaml:1:1: needed: is missing"),
    ],
)
def test_what_pydantic_finds_in_an_authors_words(text: str, problem: str) -> None:
    assert told(text) == (problem,)


def test_they_come_in_the_order_of_the_file_each_once() -> None:
    found = Problems(read("a: 1\nb: 2\n", "f.yaml"))
    assert not found
    for path in (("b",), ("a",), ("b",)):
        found.add(path, "is wrong")
    assert found
    assert found.sorted() == ("f.yaml:1:4: a: is wrong", "f.yaml:2:4: b: is wrong")


def test_a_place_that_is_not_there_is_the_nearest_one_around_it() -> None:
    found = Problems(read("a:\n  b: 1\n", "f.yaml"))
    found.add(("a", "c", 3), "is missing")
    found.add((), "is strange")
    assert found.sorted() == ("f.yaml:1:1: is strange", "f.yaml:2:3: a.c[3]: is missing")


def test_paths_are_written_as_people_do() -> None:
    assert show_path(("checks", 2, "port")) == "checks[2].port"
    assert show_path(()) == ""
