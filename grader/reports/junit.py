"""The `junit` report: what CI systems and IDEs read."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, ClassVar, TextIO
from xml.etree import ElementTree as ET

from grader.core.quantities import show_points
from grader.core.report import Report
from grader.core.result import Outcome, Status
from grader.core.text import clean, one_line

if TYPE_CHECKING:
    from junit_xml import TestCase

    from grader.core.result import CheckResult, Result


class Junit(Report):
    """One test suite per result, one test case per check; score and flags are properties of the suite.

    `failure` is the student's doing, `error` the author's or the platform's; what did not run is `skipped`.
    An attempt without a score has a test case of its own that says why, so that it never looks like a success.
    """

    suffix: ClassVar[str] = "xml"
    mixed: ClassVar[bool] = True

    def start(self, stream: TextIO) -> None:
        super().start(stream)
        self._root = ET.Element("testsuites", name="grader")

    def add(self, result: Result) -> None:
        from junit_xml import TestSuite

        suite = TestSuite(
            clean(f"{result.exercise.id}: {result.submission.id}"),
            test_cases=[*_whole(result), *(_case(result, check) for check in result.checks)],
            timestamp=result.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            properties=_properties(result),
        )
        element = suite.build_xml_doc()
        # The library leaves out a time of zero, and may write a sum in exponent form: strict readers take neither.
        for case in element.iter("testcase"):
            case.attrib.setdefault("time", "0.000000")
        element.set("time", f"{sum(check.seconds for check in result.checks):.6f}")
        del element.attrib["disabled"]  # in some schemas only
        self._root.append(element)

    def stop(self) -> None:
        for name in ("tests", "failures", "errors"):
            self._root.set(name, str(sum(int(suite.get(name, "0")) for suite in self._root)))
        self._root.set("time", f"{sum(float(suite.get('time', '0')) for suite in self._root):.6f}")
        ET.indent(self._root)
        # ASCII with references: right in whatever encoding the stream has.
        text = ET.tostring(self._root, encoding="us-ascii", xml_declaration=False).decode("ascii")
        self.stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')


def _properties(result: Result) -> dict[str, str]:
    found = {"status": result.status.value, "attempt": result.attempt, "grader_version": result.grader_version}
    if result.score is not None and result.max_score is not None:
        found |= {"score": show_points(result.score), "max_score": show_points(result.max_score)}
    if result.message:
        found["message"] = result.message
    found |= {f"flag.{number}": flag for number, flag in enumerate(result.flags, 1)}
    standins = [image.ref for image in result.images if image.standin]
    if standins:
        found["standins"] = ", ".join(standins)
    return {name: clean(value) for name, value in found.items()}


def _whole(result: Result) -> list[TestCase]:
    """Give the test case of an attempt that has no score."""
    from junit_xml import TestCase

    if result.status is Status.GRADED:
        return []
    case = TestCase("the submission as a whole", classname=clean(result.exercise.id))
    message = one_line(result.message or "no reason was given", 500)
    details = "\n".join(part for part in (result.message, result.hint) if part)
    if result.status is Status.REJECTED:
        case.add_failure_info(message, clean(details), "rejected")
    else:
        case.add_error_info(message, clean(details), "ungraded")
    return [case]


def _case(result: Result, check: CheckResult) -> TestCase:
    from junit_xml import TestCase

    name = clean(check.title or check.id)
    # The id keeps test cases apart whose titles are the same.
    case = TestCase(name, classname=clean(f"{result.exercise.id}.{check.id}"), elapsed_sec=check.seconds)
    points = f"{show_points(check.points)} of {show_points(check.max_points)} points"
    message = one_line(check.message or f"{name}: {points}", 500)
    match check.outcome:
        case Outcome.FAILED:
            case.add_failure_info(message, _details(check, points), "failed")
        case Outcome.ERROR:
            case.add_error_info(message, _details(check, points), "error")
        case Outcome.SKIPPED:
            case.add_skipped_info(message)
        case Outcome.WITHHELD:
            case.add_skipped_info(one_line(check.message or "checked after the due date", 500))
    return case


def _details(check: CheckResult, points: str) -> str:
    parts = [("message", check.message), ("points", points), ("expected", check.expected), ("found", check.actual)]
    if check.diagnosis is not None:
        parts += [("why", f"{check.diagnosis.summary} {check.diagnosis.explanation}"), ("fix", check.diagnosis.fix)]
        parts += [("line", str(check.diagnosis.line))] if check.diagnosis.line is not None else []
    parts += [("hint", check.hint), ("see it yourself", check.reproduce)]
    parts += [(one.title, one.text) for one in check.evidence]
    return clean("\n".join(f"{name}: {text}" for name, text in parts if text is not None))
