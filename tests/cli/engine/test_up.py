from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.sandbox.disposable import image, pool, seeds
from tests.support.commands import grader
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.engine.conftest import FakeHost

WARM = {"idle", "0"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Remember what is asked of the pool, instead of doing it."""
    found: list[tuple[Any, ...]] = []

    def up(_: Any, wanted: tuple[Any, ...], count: int, report: Any) -> Iterator[tuple[str, str]]:
        report("Starting a disposable engine")
        found.append(("up", *wanted, count))
        yield from [("grader-engine-1", "started")] * count

    def ensure(_: Any, wanted: tuple[Any, ...], __: Any) -> bool:
        found.append(("seed", *wanted))
        return len(found) == 1

    monkeypatch.setattr(image, "ensure", lambda *_: "sha256:engine")
    monkeypatch.setattr(pool, "want", lambda _, names, spec, __: (names, spec.pids))
    monkeypatch.setattr(pool, "up", up)
    monkeypatch.setattr(seeds, "ensure", ensure)
    return found


@pytest.fixture
def exercise(elsewhere: Path) -> str:
    write(elsewhere / "exercises", GOOD)
    return "it"


def test_for_an_exercise_that_is_named(exercise: str, asked: list[tuple[Any, ...]], host: FakeHost) -> None:
    ran = grader("engine", "up", exercise, "--count", "1")
    assert ran.code == 0
    [(what, names, pids, count)] = asked
    assert (what, pids, count) == ("up", 1024, 1)
    assert ran.out == f"grader-engine-1  {', '.join(names)}: started\n"
    assert "Starting a disposable engine\n" in ran.err
    assert host.closed


@pytest.mark.usefixtures("host")
def test_exercises_with_the_same_images_share(exercise: str, asked: list[tuple[Any, ...]]) -> None:
    assert grader("engine", "up", exercise, f"exercises/{exercise}").code == 0
    assert len(asked) == 1


@pytest.mark.usefixtures("host", "exercise")
def test_by_default_for_those_that_need_one(asked: list[tuple[Any, ...]]) -> None:
    assert grader("engine", "up", "--count", "0").code == 0
    assert asked
    made = [names for what, names, *_ in asked if what == "seed"]
    assert len(set(made)) == len(made)  # one of a kind
    assert {rest[-1] for what, *rest in asked if what == "up"} == {0}


@pytest.mark.usefixtures("asked", "host")
def test_nobody_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.exercise.find.available", dict)
    assert grader("engine", "up").out == "No exercise that can be found needs a disposable engine.\n"


@pytest.mark.usefixtures("asked", "host")
def test_a_broken_exercise(elsewhere: Path) -> None:
    write(elsewhere / "exercises", "schema: none", "broken")
    assert grader("engine", "up", "broken").code == 2
    assert grader("engine", "up", "--count", "0").code == 0  # those that nobody named are for `exercise validate`


@pytest.mark.parametrize("arguments", [("no-such-exercise",), ("--count", "-1"), ("--count", "many")])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert grader("engine", "up", *arguments).code == 2


def test_without_an_engine() -> None:
    ran = grader("engine", "up")
    assert ran.code == 3
    assert ran.err.startswith("error: no Docker engine is running")


@pytest.mark.docker
def test_the_whole_life_of_one() -> None:
    ran = grader("engine", "up", "publish-port-3000", "--count", "1")
    assert ran.code == 0, ran.err
    name = ran.out.split()[0]
    try:
        assert ran.out.endswith(": started\n")
        assert grader("engine", "up", "publish-port-3000", "--count", "1").out.endswith(": here already\n")
        row = grader("engine", "status").out.splitlines()[1]
        assert row.startswith(name)
        assert set(row.split()) > WARM
        assert grader("engine", "reset").out == f"{name}: as new\n"
        assert grader("clean").out == "Nothing to remove.\n"
    finally:
        assert grader("engine", "down").out == f"{name}: removed\n"
    assert grader("engine", "status").out.startswith("There are no disposable engines")
