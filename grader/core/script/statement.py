"""Where a statement ends, and which words it is made of: as much of bash's grammar as that needs."""

from __future__ import annotations

from grader.core.script.lexing import BLANKS, QUOTES, Frame, Line, Word


class Statement:
    """Reads a statement line by line, in time that grows with its length."""

    def __init__(self) -> None:
        self.calls: list[list[Word]] = []
        """The simple commands in it, those inside of others first."""
        self._stack = [Frame("")]
        self._heredocs: list[tuple[str, bool]] = []
        self._length = 0
        self.continued = False
        """Whether the last line ended with a backslash."""
        self.operator = False
        """Whether the last line ended where another command must follow."""

    @property
    def finished(self) -> bool:
        """Whether bash would run it now."""
        return not (self.continued or self.operator or self.inside)

    @property
    def inside(self) -> bool:
        """Whether a quote, a bracket, a here-document or a loop is still open."""
        return len(self._stack) > 1 or bool(self._heredocs)

    @property
    def grouping(self) -> bool:
        """Whether the innermost open thing is a loop, a condition, a function: it holds whole commands."""
        return self._stack[-1].kind in {"done", "fi", "esac", "}"}

    @property
    def delimiter(self) -> str | None:
        """The line that the here-document now open ends with."""
        return self._heredocs[0][0] if self._heredocs else None

    def feed(self, line: str) -> None:
        """Read the next line, which has no line end."""
        base, self._length = self._length, self._length + len(line) + 1
        if self._heredocs and self._stack[-1].kind not in QUOTES:
            delimiter, tabs = self._heredocs[0]
            if (line.lstrip("\t") if tabs else line) == delimiter:
                self._heredocs.pop(0)
            return
        if not (self.operator and _nothing(line)):
            self.continued = self.operator = False
            Line(line, base, self._stack, self._heredocs, self).read()

    def close(self) -> None:
        """End the simple command that the innermost bracket is in."""
        frame = self._stack[-1]
        if frame.words:
            self.calls.append(frame.words)
            frame.words = []
        frame.named = frame.redirected = False


def _nothing(line: str) -> bool:
    bare = line.strip(BLANKS)
    return not bare or bare.startswith("#")


def statement(text: str) -> Statement:
    """Read a whole statement."""
    read = Statement()
    for line in text.split("\n"):
        read.feed(line)
    return read
