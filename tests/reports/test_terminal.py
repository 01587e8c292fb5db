"""The `terminal` report: golden files, and what holds in every width, colour and encoding."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from grader.core.matching import show
from grader.core.result import Diagnosis, Evidence, Outcome
from grader.reports.terminal import Terminal
from tests.reports.cases import cases
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.result import CheckResult, Result

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Screen(io.TextIOWrapper):
    """A terminal, or a pipe, of some encoding; errors are strict."""

    def __init__(self, *, tty: bool = False, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    def shown(self) -> str:
        self.seek(0)
        return self.read()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def write(screen: Screen, *results: Result) -> str:
    report = Terminal()
    report.start(screen)
    for result in results:
        report.add(result)
    report.stop()
    return screen.shown()


@pytest.mark.parametrize("name", cases())
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.terminal", write(Screen(), cases()[name]))


@pytest.mark.parametrize("name", cases())
@pytest.mark.parametrize("columns", [10, 40, 59, 60, 80, 120, 300])
def test_fits_the_width(name: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = write(Screen(tty=True), cases()[name])
    plain = _COLOUR.sub("", text)
    assert text != plain
    assert all(cell_len(line) <= min(max(columns, 40), 120) for line in plain.splitlines())
    assert all(char == "\n" or char.isprintable() for char in plain)


@pytest.mark.parametrize("name", cases())
def test_no_colour_in_a_pipe(name: str) -> None:
    assert "\x1b" not in write(Screen(), cases()[name])


def test_colour_is_asked_for_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[32m" in write(Screen(), cases()["passed"])
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in write(Screen(tty=True), cases()["passed"])


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("name", cases())
def test_other_encodings_get_words(encoding: str, name: str) -> None:
    text = write(Screen(encoding=encoding), cases()[name])
    assert not set("✓✗│…") & set(text)


def test_markup_of_students_is_text() -> None:
    text = write(Screen(tty=True), cases()["hostile"])
    assert "[bold red]markup[/]" in _COLOUR.sub("", text)
    assert ":smile:" in _COLOUR.sub("", text)
    assert "\\x1b]0;owned\\x07" in _COLOUR.sub("", text).replace("\n", "")


def test_hostile_text_stays_within_bounds() -> None:
    assert len(write(Screen(), cases()["hostile"]).splitlines()) < 250


@pytest.mark.parametrize("columns", range(40, 121, 7))
def test_no_line_is_a_command_to_a_ci_runner(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    nasty = "::error::no ##[set-output] " * 30
    screen = Screen()
    check = make_check_result(outcome=Outcome.FAILED, message=nasty, actual=nasty, hint=nasty, reproduce=nasty)
    text = write(screen, make_result(checks=(check,), flags=(nasty,)), cases()["commands"])
    assert "error: :no" in text or ": :error" in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_hidden_checks_say_nothing() -> None:
    text = write(Screen(), cases()["typical"])
    assert "secret" not in text
    assert "not shown" not in text.replace("details of this check are not shown", "")


def test_results_are_apart() -> None:
    text = write(Screen(), cases()["passed"], cases()["ungraded"])
    assert "\n\nServe a page on port 3000\n" in text
    assert not text.startswith("\n")


def test_what_stands_above_all_checks() -> None:
    assert "\n\nonly half of it was there\n\n" in write(Screen(), make_result(message="only half of it was there"))


def test_a_long_difference_is_cut() -> None:
    long = "\n".join(f"line {number}" for number in range(100))
    check = make_check_result(
        outcome=Outcome.FAILED, points=0, message="differs", expected=long, actual=long.replace("line", "row")
    )
    text = write(Screen(), make_result(checks=(check,)))
    assert "-line 0" in text
    assert "… 190 lines …" in text


def test_names_the_file_that_a_line_is_of() -> None:
    cause = Diagnosis(cause="x", summary="A.", explanation="B.", fix="Change it.", line=4)
    result = make_result(checks=(make_check_result(outcome=Outcome.FAILED, message="no", diagnosis=cause),))
    files = ({"dockerfile": "app/Dockerfile"}, {"commands": "commands.sh"})
    shown = [
        write(Screen(), result.model_copy(update={"submission": result.submission.model_copy(update={"taken": taken})}))
        for taken in files
    ]
    assert "Change it. (app/Dockerfile, line 4)" in shown[0]
    assert "Change it. (commands.sh, line 4)" in shown[1]


def _failed(number: int, **changes: object) -> CheckResult:
    made = {"id": f"c{number}", "title": f"Check {number}", "outcome": Outcome.FAILED, "points": 0, "message": "no"}
    return make_check_result(**{**made, **changes})


def test_of_a_long_exchange_the_body_is_shown() -> None:
    sent = ["> GET /notes/7 HTTP/1.1", *(f"> X-Sent-{n}: x" for n in range(9))]
    got = ["< 404 Not Found", *(f"< X-Got-{n}: x" for n in range(9))]
    for body in (["no such note"], [f"line {n}" for n in range(30)]):
        evidence = Evidence(kind="http", title="GET /notes/7", text="\n".join([*sent, *got, "", *body]))
        text = write(Screen(), make_result(checks=(_failed(1, evidence=(evidence,)),)))
        shown = [line.partition("│ ")[2] for line in text.splitlines() if "│" in line]
        assert len(shown) == 10
        assert shown[:3] == [sent[0], got[0], got[1]]
        assert shown[-1] == body[min(len(body), 4) - 1]
        assert f"(10 of {21 + len(body)} lines)" in text


def test_equal_evidence_is_shown_once() -> None:
    table = Evidence(kind="inspect", title="all containers (docker ps -a)", text="NAMES\nweb")
    other = Evidence(kind="inspect", title="all containers (docker ps -a)", text="NAMES\ndb")
    checks = tuple(_failed(n, evidence=(one,)) for n, one in enumerate((table, table, other)))
    text = write(Screen(), make_result(checks=checks))
    assert text.count("│ web") == 1
    assert text.count("All containers (docker ps -a): as above.") == 1
    assert text.count("│ db") == 1
    again = write(Screen(), make_result(checks=checks[:1]), make_result(checks=checks[:1]))
    assert "as above" not in again


def test_evidence_that_is_what_was_found_is_not_shown_again() -> None:
    lines = "\n".join(f"line {number}" for number in range(500))
    for found in ("one\ntwo\n", show(lines)):
        text = lines if found != "one\ntwo\n" else "one\ntwo"
        output, other = (
            Evidence(kind="command", title="stdout", text=text),
            Evidence(kind="log", title="log", text="two"),
        )
        check = make_check_result(
            outcome=Outcome.FAILED, message="it differs", expected="three", actual=found, evidence=(output, other)
        )
        shown = write(Screen(), make_result(checks=(check,)))
        assert "Stdout" not in shown
        assert "Log:" in shown


def test_what_the_sentences_say_is_not_said_again() -> None:
    message = "container 'web' has no terminal (-t)\nthe state of container 'web' is 'exited', expected 'running'"
    expected = "-t: has a terminal (-t)\nthe state of container 'web': equals 'running'"
    actual = "-t: has no terminal (-t)\nthe state of container 'web': 'exited'"
    text = write(Screen(), make_result(checks=(_failed(1, message=message, expected=expected, actual=actual),)))
    assert "What was expected" not in text
    longer = f"{actual}\nmore: 'b'"
    text = write(Screen(), make_result(checks=(_failed(1, message=message, expected=expected, actual=longer),)))
    assert "What was expected" in text
