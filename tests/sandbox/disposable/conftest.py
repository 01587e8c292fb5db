"""What tests of disposable engines share: a state folder of their own, and one engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.disposable import Bench, bench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("GRADER_ENGINE_RELAY", raising=False)


@pytest.fixture(scope="session")
def shared(state: Path) -> Iterator[Bench]:
    """One engine for all tests that leave it as they found it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        with bench() as one:
            yield one
