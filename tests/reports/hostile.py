"""Text that tries to be more than text, in every place of a result that a submission has a hand in."""

from __future__ import annotations

from typing import Final, Literal

from hypothesis import strategies as st

from grader.core.result import (
    CheckResult,
    Diagnosis,
    Evidence,
    Finding,
    ImageRef,
    Outcome,
    Result,
    Source,
    Status,
    SubmissionRef,
)
from grader.core.transcript import Line, Transcript
from tests.support.factories import WHEN, make_check_result, make_result

FRAGMENTS: Final = (
    *("::error::owned", "::set-output name=score::9", "  ::add-mask::a", "::stop-commands::x", "##[error]owned", "##["),
    *("::notice title=Autograding report::{}", "%0A::error::x", "%25", "::", ":", ",", "]", "a=b", "##[group]x", "#"),
    *("@everyone", "a@b.example", "#1", "GH-1", "owner/repo#2", "https://example.com", "www.example.com", ":smile:"),
    *("0123456789abcdef0123456789abcdef01234567", "deadbeef", "<b>", "</details>", "<script>", "<!--", "-->", "&lt;"),
    *("[x](http://e)", "![x](http://e)", "[x]: http://e", "[^1]", "`", "``", "```", "````sh", "~~~", "~~x~~", "$x$"),
    *("*x*", "**", "_x_", "\\", "\\|", "|", "| a |", "---", "===", "- x", "1. x", "> x", "    x", "<br>", "<http://e>"),
    *("\n", "\r", "\r\n", "\t", " ", "\u2028", "\x85", "\x1b[31m", "\x00", "\u202e", "\u200b", "\ufe0f", "\u3164"),
    *("#\ufe0f#[error]x", "\ufe0f::error::x", "plain words", "ends.", "é", "漢字", "\ud800", "GRADER<<EOF", "EOF"),
)


def texts() -> st.SearchStrategy[str]:
    """Give texts of such pieces, and any others."""
    piece = st.sampled_from(FRAGMENTS) | st.text(max_size=6)
    return st.lists(piece, min_size=1, max_size=12).map("".join)


@st.composite
def results(draw: st.DrawFn) -> Result:
    """Give a result full of them."""
    text = texts()
    checks = tuple(draw(st.lists(_checks(), min_size=0, max_size=3)))
    status = draw(st.sampled_from(Status))
    scored = {} if status is Status.GRADED else {"score": None, "max_score": None}
    return make_result(
        status=status,
        checks=tuple(check.model_copy(update={"id": f"check-{n}"}) for n, check in enumerate(checks)),
        submission=SubmissionRef(id=draw(text), kind="dockerfile", received_at=WHEN, taken={"dockerfile": draw(text)}),
        message=draw(st.none() | text),
        hint=draw(st.none() | text),
        flags=tuple(draw(st.lists(text, max_size=2))),
        images=(ImageRef(ref=draw(text), id="sha256:1", standin=draw(st.booleans())),),
        sources=(Source(path="Dockerfile", language="dockerfile", text=draw(text)),),
        transcript=Transcript(
            file=draw(text), lines=(Line(number=1, text=draw(text), exit_code=1, output=draw(text)),)
        ),
        **scored,
    )


@st.composite
def _checks(draw: st.DrawFn) -> CheckResult:
    text, line = texts(), st.none() | st.integers(min_value=1, max_value=99)
    maybe = st.none() | text
    outcome = draw(st.sampled_from(Outcome))
    most = draw(st.sampled_from(["0", "1", "2.5"]))
    passed = outcome is Outcome.PASSED
    levels: tuple[Literal["error", "warning", "info", "style"], ...] = ("error", "warning", "info", "style")
    diagnosis = Diagnosis(
        cause="x", summary=draw(text), explanation=draw(text), fix=draw(text), line=draw(line), certainty=1
    )
    return make_check_result(
        title=draw(text),
        outcome=outcome,
        points=most if passed else "0",
        max_points=most,
        bonus=draw(st.booleans()),
        message=draw(maybe),
        expected=draw(maybe),
        actual=draw(maybe),
        hint=draw(maybe),
        reproduce=draw(maybe),
        diagnosis=draw(st.none() | st.just(diagnosis)),
        evidence=(Evidence(kind="log", title=draw(text), text=draw(text)),),
        findings=(
            Finding(
                rule=draw(text),
                level=draw(st.sampled_from(levels)),
                message=draw(text),
                path=draw(text),
                line=draw(line),
            ),
        ),
    )
