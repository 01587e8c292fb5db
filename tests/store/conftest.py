"""Every test of the store runs in SQLite and in PostgreSQL, unless it is about one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.store import open_store
from tests.support.postgres import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.store import Store
    from tests.support.postgres import Server


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a user's own store out of it."""
    monkeypatch.delenv("GRADER_STORE", raising=False)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of PostgreSQL."""
    with running() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a new store may be."""
    if request.param == "sqlite":
        yield str(tmp_path / "grader.db")
        return
    server: Server = request.getfixturevalue("server")
    with server.database() as name:
        yield server.url(name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A new store."""
    with open_store(url) as opened:
        yield opened
