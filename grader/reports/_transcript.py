"""A student's commands in the `terminal` report: what was run, what came of it, what was not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.quantities import show_seconds
from grader.core.text import one_line

if TYPE_CHECKING:
    from grader.core.transcript import Line, Passage, Transcript
    from grader.reports._screen import Screen

_MOST: Final = 40
"""Commands that are listed."""
_SHOWN: Final = 2
"""Lines of output that a failed command is shown with."""
_WRONG: Final = ("rror", "denied", "nknown", "found", "o such", "nable to", "annot", "nvalid", "requires", " not a ")
"""What stands in lines that say what is wrong: docker prints them first, before its usage, and other programs last."""
_LONG: Final = 1.0
"""Seconds from which it is worth a word how long a command took."""


def show(screen: Screen, transcript: Transcript) -> None:
    """List the commands, those that failed with what they said."""
    screen.line(f"Your commands, as they were run from {one_line(transcript.file, 60)}:", "bold")
    if not transcript.lines:
        screen.item("", "none", "dim")
    for line in transcript.lines[:_MOST]:
        _line(screen, line)
    if len(transcript.lines) > _MOST:
        screen.line(f"… and {len(transcript.lines) - _MOST} more", "dim", indent=2)
    for passage in transcript.left_out:
        if passage.doubtful:
            _passage(screen, passage)
    screen.gap()


def _line(screen: Screen, line: Line) -> None:
    ended, style = _ending(line)
    first, _, more = line.text.partition("\n")
    text = one_line(first, 160) + (" …" if more else "")
    screen.item(str(line.number), text + (f"   ({ended})" if ended else ""), style)
    for note in line.notes:
        screen.line(one_line(note, 200), "dim", indent=7)
    if line.exit_code:
        for said in _complaint(line.output):
            screen.line(one_line(said, 400), "red", indent=7)


def _complaint(output: str) -> list[str]:
    lines = [one for one in output.splitlines() if one.strip() and not one.startswith("See 'docker")]
    telling = [one for one in lines if any(word in one for word in _WRONG)]
    return telling[:_SHOWN] or lines[-_SHOWN:]


def _ending(line: Line) -> tuple[str, str]:
    if line.left_running:
        return "still running when the next was run, as in a second terminal", ""
    if line.timed_out:
        return f"ended after {show_seconds(line.seconds)}: it took too long", "yellow"
    if line.exit_code is None:
        return "not run: the script was over", "dim"
    took = f"{show_seconds(line.seconds)}" if line.seconds >= _LONG else ""
    if line.exit_code:
        return f"exit code {line.exit_code}" + (f", {took}" if took else ""), "yellow"
    return took, ""


def _passage(screen: Screen, passage: Passage) -> None:
    text = one_line(passage.text.partition("\n")[0], 100)
    screen.item(str(passage.number), f"{text}   (not run: {one_line(passage.reason, 160)})", "magenta")
