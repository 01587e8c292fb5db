"""The cause `line_continued`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.cases import explains, silent, unbuilt

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "line_continued"


def failed(source: str) -> Case:
    return unbuilt(
        source, "failed to solve: x", step="[2/2] RUN", line=2, exit_code=1, output="mkdir: unrecognized option: f\n"
    )


def test_an_instruction_that_was_swallowed() -> None:
    explains(CAUSE, failed("FROM a:1; RUN mkdir a \\; b \\; CMD x"), "The line above CMD ends with a \\", line=3)


def test_is_silent_about_lines_that_belong_together() -> None:
    silent(CAUSE, failed("FROM a:1; RUN mkdir a \\; b; CMD x"))
    silent(CAUSE, failed("FROM a:1; RUN mkdir a && \\; WORKDIR /a"))
    silent(CAUSE, failed("FROM a:1; RUN <<EOF; ENV x; EOF"))
