"""The `github` report: a step of GitHub Actions, to be written to its output."""

from __future__ import annotations

import io
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from grader.core.errors import SandboxError
from grader.core.quantities import show_points
from grader.core.report import Report
from grader.core.text import one_line
from grader.reports._annotations import annotated, capped
from grader.reports._page import Page
from grader.reports._payload import Payload
from grader.reports._places import below
from grader.reports._summary import LIMIT, score
from grader.reports._workflow import command, plain

if TYPE_CHECKING:
    from decimal import Decimal

    from grader.core.result import Result


class Github(Report):
    """Annotations on the stream, the step summary and the step's outputs in the files that GitHub names for them.

    Outputs are `score`, `max-score` (both empty where there is no score), `status`, `passed` (`true` or `false`) and
    `result`, for Classroom's reporter. Where GITHUB_STEP_SUMMARY or GITHUB_OUTPUT is not set, that part is left out.
    Annotations are at files of the submission; where that is a folder of the repository, GRADER_ANNOTATE_BELOW says
    which.
    """

    suffix: ClassVar[str] = "log"
    single: ClassVar[bool] = True

    def add(self, result: Result) -> None:
        self._print(command("group", f"{one_line(result.exercise.title, 120)}: {score(result)}"))
        self._print(plain(_told(result)))
        self._print(command("endgroup"))
        shown, left = capped(annotated(result))
        folder = below()
        for one in shown:
            self._print(one.written(folder))
        if left:
            self._print(plain(f"{left} more annotations are not shown: GitHub takes 10 of a kind from a step."))
            self.remarks.append(f"annotations beyond the 10 of a kind that GitHub shows are left out: {left}")
        self._summarise(result)
        self._give(result)

    def _print(self, text: str) -> None:
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")

    def _summarise(self, result: Result) -> None:
        name = os.environ.get("GITHUB_STEP_SUMMARY")
        if not name:
            return
        path = Path(name)
        there = path.stat().st_size if path.exists() else 0
        page = Page(LIMIT - there)
        page.add(result)
        text, remarks = page.finish()
        self.remarks += [f"of the step summary: {remark}" for remark in remarks]
        if there + len(text.encode()) + 1 <= LIMIT:
            # An earlier command of the step may have left its last line open.
            _append(path, f"\n{text}" if there else text)

    def _give(self, result: Result) -> None:
        name = os.environ.get("GITHUB_OUTPUT")
        if not name:
            return
        payload = Payload(result)
        self.remarks += [f"of the output for Classroom: {remark}" for remark in payload.remarks]
        values = {
            "score": _points(result.score),
            "max-score": _points(result.max_score if result.score is not None else None),
            "status": result.status.value,
            "passed": str(result.passed).lower(),
            "result": payload.text,
        }
        # No value can hold the end that stands for it: it is made up now.
        end = f"end-{secrets.token_hex(16)}"
        _append(Path(name), "".join(f"{key}<<{end}\n{value}\n{end}\n" for key, value in values.items()))


def _points(points: Decimal | None) -> str:
    return "" if points is None else show_points(points)


def _told(result: Result) -> str:
    """Say it as on a terminal, without colours: the bar before each line would be in theirs."""
    from rich.text import Text

    from grader.reports.terminal import Terminal

    memory = io.StringIO()
    report = Terminal()
    report.start(memory)
    report.add(result)
    report.stop()
    return Text.from_ansi(memory.getvalue()).plain.strip("\n")


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise SandboxError(f"the file '{path}', which GitHub names, can't be written: {error.strerror}") from None
