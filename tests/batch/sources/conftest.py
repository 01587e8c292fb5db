"""What tests of sources share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Give the folder in which sources are unpacked and cloned."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder
