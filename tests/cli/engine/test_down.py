from __future__ import annotations

from typing import Any

import pytest

from grader.sandbox.disposable import image, pool, seeds
from tests.cli.engine.conftest import record
from tests.support.commands import grader

pytestmark = pytest.mark.usefixtures("host")


@pytest.fixture(autouse=True)
def busy(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Remove nothing; what is named here is in use."""
    found: set[str] = set()
    monkeypatch.setattr(pool, "remove", lambda _, name: name not in found)
    monkeypatch.setattr(seeds, "every", lambda _: ["grader-seed-1", "grader-seed-2"])
    monkeypatch.setattr(seeds, "remove", lambda _, name: name not in found)
    monkeypatch.setattr(image, "remove", lambda _: ["grader-engine:old"])
    return found


def names(count: int, **fields: Any) -> list[str]:
    held = [record(**fields) for _ in range(count)]
    for one in held:
        one.release()
    return [one.record.name for one in held]


def test_there_is_none() -> None:
    assert grader("engine", "down") == (0, "There are no warm engines.\n", "")


def test_all_or_those_that_are_named() -> None:
    first, second = names(2)
    assert grader("engine", "down") == (0, f"{first}: removed\n{second}: removed\n", "")
    assert grader("engine", "down", second) == (0, f"{second}: removed\n", "")


def test_one_in_use_is_left_alone(busy: set[str]) -> None:
    first, second = names(2)
    busy.add(first)
    assert grader("engine", "down") == (3, f"{first}: in use, left alone\n{second}: removed\n", "")


def test_what_all_share(busy: set[str]) -> None:
    busy.add("grader-seed-2")
    ran = grader("engine", "down", "--seeds")
    assert ran.code == 3
    assert ran.out == "grader-seed-1: removed\ngrader-seed-2: in use, left alone\ngrader-engine:old: removed\n"


def test_one_off_engines_are_for_clean() -> None:
    [name] = names(1, warm=False)
    ran = grader("engine", "down", name)
    assert ran.code == 2
    assert f"there is no warm engine '{name}'" in ran.err


def test_wrong_usage() -> None:
    [name] = names(1)
    ran = grader("engine", "down", name, "--seeds")
    assert ran.code == 2
    assert "Leave out the names" in ran.err
