"""Stores for tests of what commands say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.populated import make_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.populated import Made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Give a class in which everything happened; not to be changed."""
    return make_store(tmp_path_factory.mktemp("class"))


@pytest.fixture
def made(shared: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Give the same, as the store that commands look at."""
    monkeypatch.setenv("GRADER_STORE", shared.url)
    return shared


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Give a small class that may be changed, as the store that commands look at."""
    found = make_store(tmp_path / "own", students=8, exercises=("one",))
    monkeypatch.setenv("GRADER_STORE", found.url)
    monkeypatch.setenv("GRADER_EXERCISES", str(tmp_path / "own" / "exercises"))
    return found
