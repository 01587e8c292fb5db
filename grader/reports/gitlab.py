"""The `gitlab` report: Code Quality, which GitLab shows in merge requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Final, TextIO

from grader.core.report import Report
from grader.core.result import Outcome, Status
from grader.core.text import clean, one_line
from grader.reports._places import Places, in_repository, main_file

if TYPE_CHECKING:
    from grader.core.result import Result

_SEVERITIES: Final = {"error": "major", "warning": "minor", "info": "info", "style": "info"}
_NO_FILE: Final = "Dockerfile"
"""What is named where nothing was taken: often the very file that is missing."""
_LONG: Final = 500
"""Characters of a description, which is shown on one line."""


class Gitlab(Report):
    """GitLab Code Quality: an entry for each finding, and for each check that failed without one.

    An entry without a line is at the first line of the Dockerfile or of the file with the commands.
    Files are those of the submission; where that is a folder of the repository, GRADER_ANNOTATE_BELOW says which.
    Scores have no room in it, nor has trouble of the platform: an attempt that was not graded has no entries.
    """

    suffix: ClassVar[str] = "json"
    mixed: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._places = Places()
        self._entries: list[dict[str, Any]] = []
        self._ungraded = self._results = 0

    def add(self, result: Result) -> None:
        self._results += 1
        self._ungraded += result.status is Status.UNGRADED
        whole = main_file(result) or _NO_FILE
        if result.status is Status.REJECTED:
            name = self._places.fingerprint(result, "policy")
            self._entry(result.message or "rejected", "policy", name, "blocker", (whole, None))
        for check in result.checks:
            if check.outcome is Outcome.FAILED and not check.findings:
                said = f"{check.title}: {check.message}" if check.message else check.title
                self._entry(said, check.id, self._places.fingerprint(result, check.id), "major", (whole, None))
        for check, one, fingerprint in self._places.of(result):
            said = one.message or check.title
            self._entry(said, one.rule, fingerprint, _SEVERITIES[one.level], (one.path, one.line))

    def _entry(self, said: str, name: str, fingerprint: str, severity: str, place: tuple[str, int | None]) -> None:
        path, line = place
        self._entries.append(
            {
                "description": one_line(said, _LONG),
                "check_name": clean(name),
                "fingerprint": fingerprint,
                "severity": severity,
                "location": {"path": in_repository(path), "lines": {"begin": max(line or 1, 1)}},
            }
        )

    def stop(self) -> None:
        json.dump(self._entries, self.stream, indent=2, allow_nan=False)
        self.stream.write("\n")
        if self._ungraded:
            what = "attempt was" if self._ungraded == 1 else "attempts were"
            self.remarks.append(f"gitlab can't say that {self._ungraded} {what} not graded: nothing is in it of that")
        if self._results > 1:
            self.remarks.append("gitlab knows one folder: it is not told which submission a path is in")
