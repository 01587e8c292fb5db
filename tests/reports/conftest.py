"""Golden files: `pytest tests/reports --update-golden` writes them anew, and `git diff` shows what has changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag."""
    parser.addoption("--update-golden", action="store_true", help="write the reports' golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Give a function that compares a text with a golden file."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        # A run over all tests reads this file too late to know the flag.
        if request.config.getoption("--update-golden", default=False):
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode("utf-8"), f"{name} has changed: see `pytest --help` for --update-golden"

    return compare
