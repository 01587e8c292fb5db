from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from grader.gradebook import likeness
from grader.gradebook.likeness import compared, comparing
from grader.store import open_store
from tests.support.populated import let_two_be_alike, make_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.store import Store
    from tests.support.populated import Made


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Give a class of 14 in two exercises, in a folder without exercises."""
    monkeypatch.chdir(tmp_path)
    return make_store(tmp_path / "made")


@pytest.fixture
def store(made: Made) -> Iterator[Store]:
    with open_store(made.url) as opened:
        let_two_be_alike(opened, made)
        yield opened


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Have everything compared in another process; gives those that there were."""
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(likeness, "_FEW", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(subprocess, "Popen", Recorded)
    return started


def test_both_sides_are_there(store: Store, made: Made) -> None:
    found = compared(store, ["one"])
    [alike] = found.pairs
    assert alike.exercise == "one"
    assert {alike.pair.one.student, alike.pair.other.student} == {made.student("passed"), made.student("failed")}
    rows = [row for row in alike.rows if not isinstance(row, int)]
    assert any(row.one is not None and "quokka" in row.one.text for row in rows)


def test_only_the_strongest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "MOST_PAIRS", 0)
    found = compared(store, ["one"])
    assert found.pairs == ()
    assert found.notes[0].startswith("one: 0 of 1 pairs of submissions are shown that are alike.")


def test_another_process_finds_the_same(store: Store, apart: list[subprocess.Popen[bytes]]) -> None:
    with comparing(store, ["one", "two"]) as outcome:
        found = outcome()
    assert [process.returncode for process in apart] == [0]
    assert found.pairs
    assert found == compared(store, ["one", "two"])


def test_few_need_no_other_process(
    store: Store, apart: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeness, "_FEW", 200)
    with comparing(store, ["one"]) as outcome:
        assert outcome() == compared(store, ["one"])
    with comparing(store, []) as outcome:
        assert outcome() == likeness.Likeness()
    assert apart == []


@pytest.mark.parametrize("program", ["false", "true"])
def test_another_process_that_fails_costs_nothing(
    program: str, store: Store, apart: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with comparing(store, ["one"]) as outcome:
        assert outcome() == compared(store, ["one"])
    assert len(apart) == 1


def test_an_interrupt_ends_it(store: Store, apart: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(KeyboardInterrupt), comparing(store, ["one"]):
        raise KeyboardInterrupt
    assert [process.poll() for process in apart] != [None]
