"""The `markdown` report against golden files, and what a renderer makes of hostile text in it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from grader.core.result import Evidence, Finding, Outcome, Result, SubmissionRef
from grader.reports._inert import cell, markup, sentence, span
from grader.reports._summary import LIMIT
from grader.reports.markdown import COMMENT, Markdown
from tests.reports.cases import cases
from tests.reports.hostile import FRAGMENTS, results, texts
from tests.support.factories import WHEN, make_check_result, make_result
from tests.support.rendered import Rendered

if TYPE_CHECKING:
    from collections.abc import Callable


def write(*found: Result) -> tuple[str, list[str]]:
    stream = io.StringIO()
    report = Markdown()
    report.start(stream)
    for result in found:
        report.add(result)
    report.stop()
    return stream.getvalue(), report.remarks


def failed(**changes: object) -> Result:
    return make_result(checks=(make_check_result(**{"outcome": Outcome.FAILED, "points": 0, **changes}),))


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.markdown", write(cases()[name])[0])


@pytest.mark.parametrize("name", cases())
def test_only_our_own_words_are_markup(name: str) -> None:
    Rendered(write(cases()[name])[0])


@settings(deadline=None, max_examples=30)
@given(results())
def test_hostile_text_starts_nothing(result: Result) -> None:
    page = Rendered(write(result)[0])
    details = [check for check in result.checks if check.outcome in {Outcome.FAILED, Outcome.ERROR}]
    assert page.headings == 1 + len(details)


@settings(deadline=None, max_examples=30)
@given(results(), results())
def test_nor_does_it_in_a_table_of_several(one: Result, two: Result) -> None:
    text, _ = write(one, two)
    Rendered(text)
    table = text.split("\n\n")[1].splitlines()
    assert len(table) == 4
    assert all(line.replace("\\|", "").count("|") == 6 for line in table)


@settings(deadline=None, max_examples=100)
@given(texts())
def test_code_spans_hold_all_of_a_text(text: str) -> None:
    line = " ".join(text.split())
    if line.isprintable() and line:
        assert Rendered(f"x {span(line)}").code == [line]


@pytest.mark.parametrize("text", FRAGMENTS)
def test_each_place_alone(text: str) -> None:
    for made in (sentence(text), f"**Found:** {sentence(text)}", f"| a |\n|:--|\n| {cell(text)} |"):
        Rendered(made)
    Rendered(f"<details><summary>{markup(text)}</summary>\n\n</details>")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("nothing answers on port 3000", "nothing answers on port 3000"),
        ("the image has no label 'a.b.c', really", "the image has no label '`a.b.c`', really"),
        ("isn't it? (No: it is 'red'.)", "isn't it? (No: it is 'red'.)"),
        ('CMD ["flask", "run"] is fine.', 'CMD `["flask", "run"]` is fine.'),
        ("Try it with `docker run -p`, then (`curl`).", "Try it with `docker run -p`, then (`curl`)."),
        ("a `b c` `d` `e", "a `b c` `d` `` `e ``"),
        ("1. no list", "`1`. no list"),
        ("- no list", "`-` no list"),
        ("the port 3000 - and 80", "the port 3000 - and 80"),
        ("a ` b", "a `` ` `` b"),
        ("ask @ada about #1", "ask `@ada` about `#1`"),
        ("none (docker run without -d), and (-d).", "none (docker run without `-d`), and (`-d`)."),
        ("f(x) and )", "`f(x)` and )"),
        ("1234567 deadbeef cafe", "`1234567 deadbeef` cafe"),
    ],
)
def test_words_stay_words(text: str, made: str) -> None:
    assert sentence(text) == made


def test_several_lines_are_compared() -> None:
    text, _ = write(failed(expected="a\nb\n```\n", actual="a\nc\n```\n"))
    assert Rendered(text).blocks == [" a\n-b\n+c\n ```\n"]


def test_findings_have_their_place() -> None:
    finding = Finding(rule="DL3007", level="warning", message="pin the version", path="app/Dockerfile", line=3)
    text, _ = write(failed(findings=(finding,)))
    assert "- `app/Dockerfile:3`: pin the version (`DL3007`)\n" in text


def test_evidence_is_folded_away() -> None:
    log = Evidence(kind="log", title="what the container wrote", text="</details>\n````\n@ada\n")
    text, _ = write(failed(message="no", evidence=(log,)))
    assert "<details><summary>What the container wrote</summary>\n" in text
    assert Rendered(text).blocks == ["</details>\n````\n@ada\n"]


def test_nothing_is_shown_of_what_is_kept_back() -> None:
    text, _ = write(cases()["typical"])
    assert "not shown." in text
    assert "secret place" not in text


def test_no_results() -> None:
    assert write() == ("No results.\n", [])


def test_several_begin_with_a_table() -> None:
    text, remarks = write(*cases().values())
    page = Rendered(text)
    assert text.startswith(f"## {len(cases())} results\n")
    assert text.count("## ✅ ") == 2
    assert page.headings > len(cases())
    assert remarks == []


@pytest.mark.parametrize(("count", "limit"), [(1, COMMENT), (3, LIMIT)])
def test_a_page_is_no_longer_than_github_takes(count: int, limit: int) -> None:
    log = Evidence(kind="log", title="log", text="é`" * 3_900)
    check = make_check_result(outcome=Outcome.FAILED, points=0, message="no", evidence=(log,) * 5)
    text, remarks = write(*[make_result(checks=(check,) * 40)] * count)
    assert limit - min(100_000, limit // 2) < len(text.encode()) < limit
    Rendered(text)
    assert text.endswith(" in full.\n")
    assert len(remarks) == 1
    assert remarks[0].endswith("in full")


def test_a_table_is_cut_as_well() -> None:
    whose = SubmissionRef(id="ada " * 20, kind="dockerfile", received_at=WHEN)
    text, remarks = write(*[make_result(checks=(), submission=whose)] * 8_000)
    assert len(text.encode()) < LIMIT
    assert "lines of the table" in remarks[0]
    Rendered(text)
