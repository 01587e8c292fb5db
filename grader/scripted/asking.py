"""How fixtures get their answers: from the check that started the tests, or right here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


class Asker(Protocol):
    """Whoever answers questions about the submission: `grader.checks._desk` lists them."""

    def ask(self, question: str, **arguments: Any) -> Any:
        """Give the answer. Raises Failure where the student's work is at fault, Unmet where nothing was made."""


ASKER: pytest.StashKey[Callable[[], Asker]] = pytest.StashKey()
"""Where the plugin that is at work leaves the way to its answers."""
