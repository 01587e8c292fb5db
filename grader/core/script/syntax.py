"""What bash itself says about a statement; with `-n` it reads and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core import process
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS: Final = 5.0
_PREFIX: Final = "bash: line "
_UNENDED: Final = "a here-document has no end"


class Syntax:
    """Asks bash, but not without end: after `budget` questions everything counts as right."""

    def __init__(self, budget: int = 100) -> None:
        self.budget = budget

    def problem(self, text: str) -> str | None:
        """Say what is wrong with a text, in bash's words; None if nothing is, or nobody can tell."""
        if self.budget <= 0:
            return None
        self.budget -= 1
        # The name is how bash will call itself in what it says; BASH_ENV and the like stay out.
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin", "LC_ALL": "C"}
        try:
            done = process.run(
                ["bash", "--norc", "--noprofile", "-n"],
                timeout=_SECONDS,
                stdin=text.encode("utf-8", "replace") + b"\n",
                env=env,
                max_output=4096,
            )
        except OSError:
            self.budget = 0
            return None
        said = done.stderr.decode("utf-8", "replace")
        if "here-document at line" in said:
            return _UNENDED
        if done.timed_out or done.exit_code == 0:
            return None
        first = said.split("\n", 1)[0]
        if first.startswith(_PREFIX):
            first = first.removeprefix(_PREFIX).partition(": ")[2]
        return one_line(first) or "a syntax error"

    def first_bad(self, pieces: Sequence[str]) -> int:
        """Give the index of the first piece that is no whole statement; their number if all are."""
        if self.problem(_together(pieces)) is None:
            return len(pieces)
        low, high = 0, len(pieces)  # the first `low` are right, among the first `high` one is wrong
        while high - low > 1:
            middle = (low + high) // 2
            if self.problem(_together(pieces[low:middle])) is None:
                low = middle
            else:
                high = middle
        return low


def _together(pieces: Sequence[str]) -> str:
    # Two kinds of brackets around each, so that two halves of something can't complete each other.
    return "\n".join(f"( {{\n{piece}\n}} )" for piece in pieces)
