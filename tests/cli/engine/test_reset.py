from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import SandboxError
from grader.sandbox.disposable import pool
from tests.cli.engine.conftest import record
from tests.support.commands import grader

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Held

pytestmark = pytest.mark.usefixtures("host")


@pytest.fixture(autouse=True)
def refresh(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Say what a reset gives, by name: whether the engine had to be replaced, or an error."""
    gives: dict[str, Any] = {}

    def one(_: Any, held: Held, __: Any) -> bool:
        held.release()
        found = gives.get(held.record.name, False)
        if isinstance(found, Exception):
            raise found
        return bool(found)

    monkeypatch.setattr(pool, "refresh", one)
    return gives


def test_there_is_none() -> None:
    assert grader("engine", "reset").out == "There are no warm engines.\n"


def test_all_or_those_that_are_named(refresh: dict[str, Any]) -> None:
    first, second = record(), record()
    for held in (first, second):
        held.release()
    refresh[second.record.name] = True
    ran = grader("engine", "reset")
    assert (ran.code, ran.out) == (0, f"{first.record.name}: as new\n{second.record.name}: replaced\n")
    assert grader("engine", "reset", first.record.name).out == f"{first.record.name}: as new\n"


def test_one_in_use_is_left_alone() -> None:
    held = record()
    assert grader("engine", "reset") == (
        3,
        f"{held.record.name}: in use, left alone\n",
        f"Resetting {held.record.name}\n",
    )
    held.release()


def test_one_that_there_is_not() -> None:
    ran = grader("engine", "reset", "grader-engine-x")
    assert ran.code == 2
    assert "there is no warm engine 'grader-engine-x'" in ran.err
    assert "grader engine up" in ran.err


def test_one_that_can_be_neither_reset_nor_replaced(refresh: dict[str, Any]) -> None:
    held = record()
    held.release()
    refresh[held.record.name] = SandboxError("no room")
    ran = grader("engine", "reset")
    assert ran.code == 3
    assert "error: no room" in ran.err
