"""The `html` report: what is on the pages, and that nothing of a student's becomes a part of them."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Final

import pytest

from grader.core.errors import UsageError
from grader.core.report import Edition
from grader.core.result import (
    Diagnosis,
    Evidence,
    Finding,
    ImageRef,
    Outcome,
    Result,
    Source,
    SubmissionRef,
    Visibility,
)
from grader.core.transcript import Call, Line, Passage, Transcript
from grader.reports.html import Html
from tests.reports.cases import cases
from tests.support.factories import WHEN, make_check_result, make_result
from tests.support.html import Page, read

if TYPE_CHECKING:
    from pathlib import Path

ATTACKS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style></title></textarea></pre><iframe src=//evil.example>",
    "{{7*7}}{% raw %}<!--",
    "\u202egnp.exe\x00\ud800\u2028",
    "javascript:alert(1)",
    "`<a href=javascript:alert(1)>x</a>`",
    "]]><base href=//evil.example><meta http-equiv=refresh content=0>",
)
HOSTILE: Final = " ".join(ATTACKS)
TAGS: Final = {
    *("html", "head", "meta", "title", "link", "style", "body", "script", "a", "svg", "symbol", "circle", "path"),
    *("rect", "use", "header", "main", "footer", "div", "span", "section", "article", "nav", "p", "h1", "h2", "h3"),
    *("h4", "ol", "ul", "li", "details", "summary", "dl", "dt", "dd", "pre", "code", "table", "caption", "thead"),
    *("tbody", "tr", "th", "td", "mark", "strong", "button", "time", "br"),
}
"""What our templates write."""


def page(*results: Result, edition: Edition = Edition.STUDENT) -> Page:
    return read(write(*results, edition=edition))


def write(*results: Result, edition: Edition = Edition.STUDENT) -> str:
    stream, report = io.StringIO(), Html(edition)
    report.start(stream)
    for result in results:
        report.add(result)
    report.stop()
    return stream.getvalue()


def hostile(text: str) -> Result:
    """Put a text into every field that can hold a student's."""
    diagnosis = Diagnosis(cause="x", summary=text, explanation=text, fix=text, line=1)
    check = make_check_result(
        title=text,
        outcome=Outcome.FAILED,
        points=0,
        message=text,
        diagnosis=diagnosis,
        expected=f"{text}\nb",
        actual=f"{text} c\nd",
        hint=text,
        reproduce=text,
        evidence=(Evidence(kind="log", title=text, text=f"{text}\nmore"),),
        findings=(
            Finding(rule=text, level="error", message=text, path=text, line=1),
            Finding(rule=text, level="warning", message=text, path=text),
            Finding(rule=text, level="info", message=text, path="other", line=2),
        ),
    )
    again = check.model_copy(update={"id": "again", "expected": text, "actual": f"{text}!"})
    skipped = make_check_result(id="s", outcome=Outcome.SKIPPED, points=0, message=text)
    broken = make_check_result(id="e", outcome=Outcome.ERROR, points=0, message=text)
    call = Call(name="container create", container=text, refused=text)
    lines = (
        Line(number=1, text=text, exit_code=1, output=text, notes=(text,), calls=(call,)),
        Line(number=2, text=text, timed_out=True),
    )
    passages = (Passage(number=3, text=text, reason=text, doubtful=True),)
    return make_result(
        checks=(check, again, skipped, broken),
        submission=SubmissionRef(id=text, kind="dockerfile", received_at=WHEN, taken={"dockerfile": text}),
        message=f"{text} above",
        hint=text,
        flags=(text,),
        images=(ImageRef(ref=text, id=text, standin=True),),
        sources=(Source(path=text, language="dockerfile", text=f"{text}\nRUN {text}\n# {text}"),),
        transcript=Transcript(file=text, lines=lines, left_out=passages),
    )


@pytest.mark.parametrize("attack", [*ATTACKS, HOSTILE])
@pytest.mark.parametrize("edition", Edition)
def test_hostile_text_stays_text(attack: str, edition: Edition) -> None:
    found, plain = page(hostile(attack), edition=edition), page(hostile("plain"), edition=edition)
    assert {one.tag for one in found.elements} <= TAGS
    for one in found.elements:
        for name, value in one.attributes.items():
            assert not name.startswith("on"), (one.tag, name)
            assert name not in {"style", "src", "srcset", "action"}, (one.tag, name)
            if name == "href":
                assert value.startswith("#") or (one.tag == "link" and value == "data:,"), value
            if name in {"id", "class", "href"}:
                assert "alert" not in value
    assert len(found.all("script")) == len(found.all("style")) == 1
    assert found.inner("script") == plain.inner("script")
    assert found.inner("style") == plain.inner("style")
    assert "49" not in found.text.replace(found.inner("script")[0], "")
    assert not {"\u202e", "\x00", "\ud800", "\u2028"} & set(found.text)


@pytest.mark.parametrize("name", cases())
def test_pages_are_well_formed(name: str) -> None:
    found = page(cases()[name])
    assert len(set(found.ids)) == len(found.ids)
    for link in found.all("a"):
        assert link.attributes["href"].removeprefix("#") in found.ids
    levels = [int(one.tag[1]) for one in found.elements if one.tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert len(found.all("main")) == 1
    assert found.all("html")[0].attributes["lang"] == "en"


def test_checks_are_in_order_with_words_and_points() -> None:
    found = page(cases()["typical"])
    titles = [one.text for one in found.all("h3")]
    assert titles == [check.title for check in cases()["typical"].checks]
    rows = [" ".join(one.text.split()) for one in found.all("span", "check-end")]
    assert rows[0] == "Passed 2/ of 2"
    assert rows[1] == "Failed 0/ of 2"
    assert rows[3] == "Not looked at 0/ of 2"
    assert rows[-2:] == ["Not run yet \N{EN DASH}/ of 2", "Not counted \N{EN DASH}/ of 2"]
    folds = {one.attributes["id"]: "open" in one.attributes for one in found.all("details", "check")}
    assert folds["c2"]
    assert not folds["c4"]
    assert "c1" not in folds  # there is nothing to unfold


def test_what_differs_is_marked_on_both_sides() -> None:
    found = page(cases()["typical"])
    assert [one.text for one in found.all("mark")] == ["1", "2"]
    assert [one.text for one in found.all("th") if "scope" in one.attributes][:2] == [
        "\N{MINUS SIGN} Expected",
        "+ Found",
    ]


def test_a_hidden_check_tells_nothing() -> None:
    secret = make_check_result(id="x", title="Hidden check", kind="hidden", outcome=Outcome.FAILED, points=0)
    result = make_result(checks=(secret.model_copy(update={"visibility": Visibility.HIDDEN}),))
    text = page(result).text
    assert "Hidden check" in text
    assert "What it looks at is not shown." in text
    staff = make_check_result(outcome=Outcome.FAILED, points=0, message="m", visibility=Visibility.HIDDEN)
    assert "hidden from students" in page(make_result(checks=(staff,)), edition=Edition.STAFF).text


def test_findings_and_lines_lead_to_each_other() -> None:
    finding = Finding(rule="DL3007", level="warning", message="`latest` is unsafe", line=1)
    whole = Finding(rule="DL9", level="info", message="about all of it", line=None)
    elsewhere = Finding(rule="SC1", level="error", message="not shown", path="run.sh", line=9)
    check = make_check_result(outcome=Outcome.FAILED, points=0, message="m", findings=(finding, whole, elsewhere))
    source = Source(path="Dockerfile", language="dockerfile", text="FROM x:latest\nRUN y\n")
    found = page(make_result(checks=(check,), sources=(source,)))
    links = [one.attributes["href"] for one in found.all("a")]
    assert {"#s1-1", "#s1"} <= set(links)
    assert links.count("#c1") == 2
    [line] = found.all("tr", "marked")
    assert line.attributes["id"] == "s1-1"
    assert "latest is unsafe" in line.text
    assert "run.sh, line 9" in " ".join(found.text.split())


def test_a_cause_is_told_once() -> None:
    found = page(cases()["typical"])
    assert found.text.count("That address exists in every container") == 1
    assert "The cause is the same as for The server answers on port 3000" in found.text


@pytest.mark.parametrize(("name", "word"), [("rejected", "Rejected"), ("ungraded", "Not graded")])
def test_no_score_says_what_to_do(name: str, word: str) -> None:
    found = page(cases()[name])
    assert found.all("p", "big")[0].text.strip() == word
    assert found.all("span", "figure") == []
    assert "not the same as 0 points" in found.text


def test_commands_are_listed() -> None:
    text = " ".join(page(cases()["commands"]).text.split())
    for said in ("exit code 125", "still running", "it took too long", "not run: the script was over", "might be"):
        assert said in text


def test_one_page_for_one_student() -> None:
    first = make_result()
    found = page(first, first.model_copy(update={"attempt": "other"}))
    assert len(found.all("article")) == 2
    assert len(set(found.ids)) == len(found.ids)
    other = make_result(submission=SubmissionRef(id="eve", kind="dockerfile", received_at=WHEN))
    with pytest.raises(UsageError, match="one student"):
        page(first, other)


def test_no_results_are_a_page_too() -> None:
    assert "There are no results." in page().text


def test_a_student_s_folder_has_a_page_each_and_no_overview(tmp_path: Path) -> None:
    report = Html(Edition.STUDENT)
    report.start_in(tmp_path)
    names = ("ada", "../eve", "ada")
    for name in names:
        report.add(make_result(submission=SubmissionRef(id=name, kind="dockerfile", received_at=WHEN)))
    report.stop()
    pages = sorted(tmp_path.iterdir())
    assert len(pages) == 3
    for path in pages:
        assert path.name.startswith("serve-on-3000-")
        text = path.read_text(encoding="utf-8")
        assert ("ada" in read(text).text) != ("../eve" in read(text).text)


def test_what_is_left_out_is_remarked() -> None:
    log = tuple(Evidence(kind="log", title=f"log {n}", text=f"{n}" + "<" * 7_900) for n in range(80))
    report = Html(Edition.STUDENT)
    report.start(io.StringIO())
    report.add(make_result(checks=(make_check_result(evidence=log),)))
    report.stop()
    assert len(report.remarks) == 1
    assert "too large" in report.remarks[0]
