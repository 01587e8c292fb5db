"""One line of a shell command, read into words; what it leaves open is read on with the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.core.script.statement import Statement

BLANKS: Final = " \t"
_DEEPEST: Final = 100
_AGAIN: Final = frozenset(["then", "else", "elif", "do", "!", "time"])
_OPENS: Final = {"if": "fi", "for": "done", "while": "done", "until": "done", "select": "done", "case": "esac"}
RESERVED: Final = frozenset([*_AGAIN, *_OPENS, *_OPENS.values(), "{", "}", "[[", "function", "in"])
QUOTES: Final = frozenset(["'", '"', "`", "$'", "${", "(("])


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command, without its quotes."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Frame:
    """Something that is open: a quote, a bracket, a loop."""

    kind: str
    """What it was opened by, or for a reserved word what closes it."""
    words: list[Word] = field(default_factory=list)
    start: int = -1
    """Where the current word began; -1 between words."""
    chars: list[str] = field(default_factory=list)
    quoted: bool = False
    named: bool = False
    """Whether `function` came just before: the next word is no command."""
    redirected: bool = False
    """Whether `>` or `<` came just before: the next word is a file."""


class Line:
    """One pass over one line."""

    def __init__(
        self, line: str, base: int, stack: list[Frame], heredocs: list[tuple[str, bool]], statement: Statement
    ) -> None:
        self.line, self.base, self.stack, self.heredocs, self.statement = line, base, stack, heredocs, statement
        self.at = 0

    def read(self) -> None:
        size = len(self.line)
        while self.at < size:
            kind = self.stack[-1].kind
            if kind in QUOTES:
                self._quoted(kind)
            elif not self._plain(self.line[self.at]):
                return  # a comment
        if self.stack[-1].kind not in QUOTES and not self.statement.continued:
            self._end_word()
            self.statement.operator = self.statement.operator or self._names_function()
            if not self.statement.operator:
                self._end_call()

    def _names_function(self) -> bool:
        line = self.line.rstrip(BLANKS)
        return line.endswith("()") and not set("=$") & set(line[:-2].rstrip(BLANKS).rsplit(" ", 1)[-1])

    # A quote and what is in it belong to a word of the command around it.
    def _command(self) -> Frame:
        return next(frame for frame in reversed(self.stack) if frame.kind not in QUOTES)

    def _add(self, text: str, *, quoted: bool = False) -> None:
        frame = self._command()
        if frame.start < 0:
            frame.start = self.base + self.at
        frame.quoted = frame.quoted or quoted
        frame.chars.append(text)

    def _take(self, count: int, text: str | None = None, *, quoted: bool = False) -> None:
        self._add(self.line[self.at : self.at + count] if text is None else text, quoted=quoted)
        self.at += count

    def _open(self, kind: str, length: int, text: str = "") -> None:
        self._take(length, text, quoted=True)
        self._push(kind)

    def _push(self, kind: str) -> None:
        # Nobody nests so deep; without an end to it, hostile lines would take time by the square of their length.
        if len(self.stack) < _DEEPEST:
            self.stack.append(Frame(kind))

    def _quoted(self, kind: str) -> None:
        if kind == "'":
            end = self.line.find("'", self.at)
            if end < 0:
                self._take(len(self.line) - self.at)
            else:
                self._take(end - self.at)
                self.at += 1
                self.stack.pop()
            return
        char, two = self.line[self.at], self.line[self.at : self.at + 2]
        if char == "\\":
            self._take(2, two[1:])
        elif char == {'"': '"', "`": "`", "$'": "'", "${": "}"}.get(kind):
            self.stack.pop()
            self._take(1, "}" if kind == "${" else "")
        elif kind == "((":
            self._arithmetic(char)
        elif kind == "$'":
            self._take(1)
        elif two == "$(":
            self._open_command()
        elif two == "${":
            self._open("${", 2, two)
        elif (char == '"' and kind != '"') or (char == "'" and kind == "`") or (char == "`" and kind != "`"):
            self._open(char, 1)
        else:
            self._take(1)

    def _arithmetic(self, char: str) -> None:
        if char == "(":
            self._push("((")
        elif char == ")":
            self.stack.pop()
        self._take(1)

    def _open_command(self) -> None:
        if self.line.startswith("$((", self.at):
            self._open("((", 3, "$((")
            self._push("((")
        else:
            self._open("$(", 2, "$(")

    def _plain(self, char: str) -> bool:
        """Read what is in no quotes; False at a comment."""
        if char == "#" and self.stack[-1].start < 0:
            self._end_call()
            return False
        if char in BLANKS:
            self._end_word()
            self.at += 1
        elif char in "\\$'\"`":
            self._escape(char, self.line[self.at : self.at + 2])
        else:
            self._sign(char)
        return True

    def _escape(self, char: str, two: str) -> None:
        """Read what takes the meaning from others: a backslash, a quote, what begins with `$`."""
        if two == "\\":  # at the end of the line
            self.statement.continued = True
            self._end_word()
            self.at += 1
        elif char == "\\":
            self._take(2, two[1:], quoted=True)
        elif two == "$(":
            self._open_command()
        elif two in {"$'", "${"}:
            self._open(two, 2, "" if two == "$'" else two)
        elif char == "$":
            self._take(1)
        else:
            self._open(char, 1)

    def _sign(self, char: str) -> None:
        if char in "()":
            self._bracket(char)
        elif char in ";&|":
            self._operator()
        elif self.line.startswith("<<", self.at):
            self._heredoc()
        elif char in "<>":
            self._redirect()
        else:
            self._take(1)

    def _bracket(self, char: str) -> None:
        frame = self.stack[-1]
        if char == "(":
            if self.line.startswith("((", self.at) and not frame.words and frame.start < 0:
                self._push("((")
                self._push("((")
                self._take(2)
                return
            self._end_word()
            self._push("(")
            self.at += 1
            return
        self._end_call()
        if frame.kind in {"(", "$("}:
            self.stack.pop()
            if frame.kind == "$(":
                self._take(1)
                return
            self._end_call()
        self.at += 1

    def _operator(self) -> None:
        self._end_call()
        start = self.at
        while self.at < len(self.line) and self.line[self.at] in ";&|":
            self.at += 1
        sign = self.line[start : self.at]
        while self.at < len(self.line) and self.line[self.at] in BLANKS:
            self.at += 1
        ends = self.at == len(self.line) or self.line[self.at] == "#"
        self.statement.operator = ends and sign in {"&&", "||", "|", "|&"}

    def _heredoc(self) -> None:
        self._end_word()
        if self.line.startswith("<<<", self.at):
            self.at += 3
            return
        self.at += 2
        tabs = self.line.startswith("-", self.at)
        rest = self.line[self.at + tabs :]
        self.at += tabs + len(rest) - len(rest.lstrip(BLANKS))
        start, quote = self.at, ""
        while self.at < len(self.line) and (quote or self.line[self.at] not in " \t;&|<>()"):
            char = self.line[self.at]
            if quote or char in "'\"":
                quote = "" if char == quote else quote or char
            self.at += 1
        delimiter = "".join(char for char in self.line[start : self.at] if char not in "'\"\\")
        if start < self.at:
            self.heredocs.append((delimiter, tabs))

    def _redirect(self) -> None:
        frame = self.stack[-1]
        if "".join(frame.chars).isdecimal():  # `2>` is no word
            frame.chars, frame.start = [], -1
        self._end_word()
        self.at += 1
        if self.line.startswith(("&", ">", "|"), self.at):
            self.at += 1
        self.stack[-1].redirected = True

    def _end_call(self) -> None:
        self._end_word()
        if self.stack[-1].kind not in QUOTES:
            self.statement.close()

    def _end_word(self) -> None:
        frame = self.stack[-1]
        if frame.kind in QUOTES or frame.start < 0:
            return
        text, first, quoted = "".join(frame.chars), not frame.words, frame.quoted
        word, aside = Word(text, frame.start, self.base + self.at), frame.named or frame.redirected
        frame.start, frame.chars, frame.quoted, frame.named, frame.redirected = -1, [], False, False, False
        if aside:
            return
        frame.words.append(word)
        if first and not quoted and text in RESERVED:
            self._reserved(frame, text)

    def _reserved(self, frame: Frame, text: str) -> None:
        if text in _OPENS:
            if text in {"if", "while", "until"}:
                frame.words = []
            self._push(_OPENS[text])
        elif text == "{":
            frame.words = []
            self._push("}")
        elif text == frame.kind:
            frame.words = []
            self.stack.pop()
        elif text == "function":
            frame.words, frame.named = [], True
        elif text in _AGAIN:
            frame.words = []
