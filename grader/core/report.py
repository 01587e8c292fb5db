"""What a report format is: one file in `grader/reports/`, one subclass of Report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, TextIO

if TYPE_CHECKING:
    from grader.core.result import Result

PACKAGE = "grader.reports"


class Report(ABC):
    """Writes results in one format; reads nothing but Results, decides nothing.

    A stream of results is written with one `start`, an `add` for each and one `stop`. What `add` gets is already
    redacted for its reader; a report escapes student text for its own medium.
    """

    suffix: ClassVar[str]
    """The usual ending of a file in this format, without the dot."""

    def start(self, stream: TextIO) -> None:
        """Begin writing to a text stream."""
        self.stream = stream

    @abstractmethod
    def add(self, result: Result) -> None:
        """Write or remember one result."""

    def stop(self) -> None:  # noqa: B027 - most formats have nothing left to write
        """Finish: whatever must stand at the end."""
