"""One disposable engine for all that is tried on it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.disposable import Bench, bench

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[Bench]:
    with bench() as one:
        yield one
