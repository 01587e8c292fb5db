"""What a report format is: one file in `grader/reports/`, one subclass of Report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.cohort import Cohort
    from grader.core.result import Result

PACKAGE = "grader.reports"


class Edition(StrEnum):
    """Whom a report is for."""

    STUDENT = "student"
    """One student: nothing that the exercise keeps back, and nobody else's work."""
    STAFF = "staff"
    """Those who teach: everything."""


class Report(ABC):
    """Writes results in one format; reads nothing but Results, decides nothing.

    A stream of results is written with one `start` (or `start_in`), an `add` for each and one `stop`; `accompany`
    comes before all of them. What `add` gets is already redacted for its reader; a report escapes student text for
    its own medium.
    """

    suffix: ClassVar[str]
    """The usual ending of a file in this format, without the dot."""
    folders: ClassVar[bool] = False
    """Whether it can be a folder of files, too."""
    single: ClassVar[bool] = False
    """Whether it holds one result only, as what reads it is about one attempt."""
    mixed: ClassVar[bool] = False
    """Whether one file may hold several students' results in the student's edition: only programs read it."""

    def __init__(self, edition: Edition = Edition.STUDENT) -> None:
        self.edition = edition
        self.cohort: Cohort | None = None
        self.remarks: list[str] = []
        """What a person should know of the file: what this format can't hold, and has lost; complete after `stop`."""

    def accompany(self, cohort: Cohort) -> None:
        """Take what is known of the class whose results follow. Only the staff edition is given it."""
        self.cohort = cohort

    def start(self, stream: TextIO) -> None:
        """Begin writing to a text stream."""
        self.stream = stream

    def start_in(self, folder: Path) -> None:
        """Begin writing files into a folder that is there, where `folders` is set; an earlier report may be in it."""
        raise NotImplementedError(f"{type(self).__name__} is no folder: {folder}")

    @abstractmethod
    def add(self, result: Result) -> None:
        """Write or remember one result."""

    def stop(self) -> None:  # noqa: B027 - most formats have nothing left to write
        """Finish: whatever must stand at the end."""
