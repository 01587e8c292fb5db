"""The `sarif` report: faults at lines, for code scanning and editors."""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar, Final, TextIO
from urllib.parse import quote

from grader import __version__
from grader.core.report import Report
from grader.core.result import Outcome, Status
from grader.core.text import clean
from grader.reports._places import Places, below, in_repository, main_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from grader.core.result import Result

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note", "style": "note"}
_HELP: Final = {
    "DL": "https://github.com/hadolint/hadolint/wiki/",
    "SC": "https://www.shellcheck.net/wiki/",
}
_HADOLINT: Final = re.compile("(DL|SC)[0-9]{4}")
_POLICY: Final = "policy"
"""The rule of a submission that was rejected."""


class Sarif(Report):
    """SARIF 2.1.0: one run, with a result for each finding of a check, and an invocation for each attempt.

    What the platform is at fault for is a notification of an invocation that was not successful, and no result.
    Scores, and checks that failed without a place in a file, have no room in it.
    Files are those of the submission; where that is a folder of the repository, GRADER_ANNOTATE_BELOW says which.
    """

    suffix: ClassVar[str] = "sarif"
    mixed: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._places = Places()
        self._invocations: list[dict[str, Any]] = []
        self._results: list[dict[str, Any]] = []
        self._rules: dict[str, int] = {}
        self._nowhere = 0

    def add(self, result: Result) -> None:
        self._invocations.append(_invocation(result))
        if result.status is Status.REJECTED:
            self._rejected(result)
        for check, one, fingerprint in self._places.of(result):
            self._result(result, check.id, (one.rule, _LEVELS[one.level]), one.message or one.rule, fingerprint)
            self._results[-1]["locations"] = [_location(one.path, one.line)]
        failed = [check for check in result.checks if check.outcome is Outcome.FAILED]
        self._nowhere += sum(not check.findings for check in failed)

    def _rejected(self, result: Result) -> None:
        path = main_file(result)
        name = self._places.fingerprint(result, _POLICY)
        self._result(result, None, (_POLICY, "error"), result.message or "rejected", name)
        self._results[-1]["locations"] = [] if path is None else [_location(path, None)]

    def _result(self, result: Result, check: str | None, rule: tuple[str, str], message: str, fingerprint: str) -> None:
        name, level = rule
        about = {"exercise": result.exercise.id, "submission": clean(result.submission.id), "check": check}
        self._results.append(
            {
                "ruleId": name,
                "ruleIndex": self._rules.setdefault(name, len(self._rules)),
                "level": level,
                "message": {"text": _text(message)},
                "partialFingerprints": {"grader/v1": fingerprint},
                "properties": {name: value for name, value in about.items() if value is not None},
            }
        )

    def stop(self) -> None:
        root = "The repository." if below() else "The folder that was handed in."
        run = {
            "tool": {
                "driver": {
                    "name": "grader",
                    "version": __version__,
                    "rules": [_rule(name) for name in self._rules],
                }
            },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": root}}},
            "invocations": self._invocations,
            "results": self._results,
        }
        json.dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, self.stream, indent=2, allow_nan=False)
        self.stream.write("\n")
        self.remarks += list(self._lost())

    def _lost(self) -> Iterator[str]:
        if self._nowhere:
            what = "check that failed has" if self._nowhere == 1 else "checks that failed have"
            yield f"sarif holds faults in files only: {self._nowhere} {what} no place there"
        if len(self._invocations) > 1:
            yield "sarif knows one folder: the properties of each result say which submission its path is in"


def _invocation(result: Result) -> dict[str, Any]:
    troubles = [f"{check.title}: {check.message}" for check in result.checks if check.outcome is Outcome.ERROR]
    if result.status is Status.UNGRADED:
        troubles.insert(0, result.message or "the attempt was not graded")
    made: dict[str, Any] = {
        "executionSuccessful": not troubles,
        "startTimeUtc": _time(result.started_at),
        "endTimeUtc": _time(result.finished_at),
    }
    if troubles:
        told = [{"level": "error", "message": {"text": _text(one)}} for one in troubles]
        made["toolExecutionNotifications"] = told
    return made


def _rule(name: str) -> dict[str, Any]:
    if _HADOLINT.fullmatch(name):
        return {"id": name, "helpUri": f"{_HELP[name[:2]]}{name}"}
    about = "The exercise does not allow this." if name == _POLICY else f"Found by the grader: {name}."
    return {"id": name, "shortDescription": {"text": about}}


def _location(path: str, line: int | None) -> dict[str, Any]:
    # Relative to the folder whatever it is called: a colon in a name would make a scheme of what is before it.
    place: dict[str, Any] = {
        "artifactLocation": {"uri": quote(in_repository(path), safe="/"), "uriBaseId": "%SRCROOT%"}
    }
    if line is not None:
        place["region"] = {"startLine": max(line, 1)}
    return {"physicalLocation": place}


def _text(text: str) -> str:
    """Write text so that none of it is a placeholder or a link, which even plain messages have in this format."""
    text = clean(text).replace("{", "{{").replace("}", "}}")
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
