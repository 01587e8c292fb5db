"""What an attempt tells while it runs, so that a person sees that it is alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from grader.core.result import CheckResult


class Progress(Protocol):
    """Listens to one attempt."""

    def phase(self, name: str) -> None:
        """Something that may take a while begins: `Building the image`."""

    def checked(self, result: CheckResult) -> None:
        """A check has its outcome."""


class Silent:
    """Nobody is watching."""

    def phase(self, name: str) -> None:
        """Ignore it."""

    def checked(self, result: CheckResult) -> None:
        """Ignore it."""
