"""What is seen while an attempt runs, on terminals and elsewhere."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.cli.progress import Lines, Live, watching
from grader.core.progress import Silent
from grader.core.result import Outcome, Visibility
from tests.support.factories import make_check_result

if TYPE_CHECKING:
    from collections.abc import Callable


class Stream(io.StringIO):
    """A terminal in memory."""

    def __init__(self, *, tty: bool) -> None:
        super().__init__()
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for the thread that draws the display."""
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def drawn(live: Live, *, width: int = 60, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    with console.capture() as capture:
        console.print(live)
    return capture.get().splitlines()


def test_phases_are_lines_in_a_log() -> None:
    stream = Stream(tty=False)
    with watching(stream) as progress:
        progress.phase("Building the image")
        progress.checked(make_check_result())
        progress.phase("Running\x1b[2J\nchecks")
    assert stream.getvalue() == "Building the image\nRunning\\x1b[2J checks\n"


def test_a_log_that_is_gone_ends_nothing() -> None:
    stream = Stream(tty=False)
    stream.close()
    Lines(stream).phase("Building the image")


def test_quiet_is_silent() -> None:
    stream = Stream(tty=True)
    with watching(stream, quiet=True) as progress:
        assert isinstance(progress, Silent)
        progress.phase("Building the image")
    assert stream.getvalue() == ""


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with watching(Stream(tty=True)) as progress:
        assert isinstance(progress, Lines)


def test_a_terminal_shows_phase_and_checks() -> None:
    stream = Stream(tty=True)
    with watching(stream) as progress:
        progress.phase("Building the image")
        progress.checked(make_check_result(title="It builds"))
        eventually(lambda: "Building the image" in stream.getvalue() and "It builds" in stream.getvalue())


def test_the_terminal_is_left_clean_on_an_interrupt() -> None:
    stream = Stream(tty=True)

    def interrupted() -> None:
        with watching(stream) as progress:
            progress.phase("Building the image")
            assert stream.getvalue().rfind("\x1b[?25h") > stream.getvalue().rfind("\x1b[?25l")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    shown = stream.getvalue()
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")
    assert shown.endswith("\x1b[2K")  # the last thing done is to wipe the display's lines


def test_marks_titles_and_seconds() -> None:
    live = Live(unicode=True)
    live.phase("Running the checks")
    live.checked(make_check_result(title="It builds"))
    live.checked(make_check_result(title="It answers", outcome=Outcome.FAILED, points=0))
    *checks, now = drawn(live)
    assert checks == [" ✓ It builds", " ✗ It answers"]
    assert now[3:] == "Running the checks 0 s"


def test_words_where_there_are_no_signs() -> None:
    live = Live(unicode=False)
    live.checked(make_check_result(title="It builds"))
    assert drawn(live)[0] == " ok   It builds"
    assert "".join(drawn(live)).isascii()


def test_hidden_checks_stay_hidden() -> None:
    live = Live(unicode=True)
    live.checked(make_check_result(title="secret", visibility=Visibility.HIDDEN))
    live.checked(make_check_result(title="secret", outcome=Outcome.WITHHELD))
    assert drawn(live)[:2] == [" ✓ Hidden check", " \N{EN DASH} Hidden check"]


@pytest.mark.parametrize(("width", "height"), [(20, 5), (40, 10), (120, 50), (20, 2)])
def test_fits_the_terminal(width: int, height: int) -> None:
    live = Live(unicode=True)
    live.phase("漢字 \x1b[2J [bold]" + "long " * 50)
    for number in range(30):
        live.checked(make_check_result(title=f"{number} \x1b]0;x\x07 [red] 漢字かな {'x' * 200}"))
    lines = drawn(live, width=width, height=height)
    assert len(lines) <= max(height - 1, 2)
    assert all(cell_len(line) <= width for line in lines)
    assert "\x1b" not in "".join(lines)
    assert lines[0].startswith(f" {32 - len(lines)} checks before")
    assert lines[-1].endswith(" 0 s")
