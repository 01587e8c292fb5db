"""A store with a class in it, made once for all tests that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.populated import make_store

if TYPE_CHECKING:
    from tests.support.populated import Made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Give a class in which everything happened; not to be changed."""
    return make_store(tmp_path_factory.mktemp("class"))
