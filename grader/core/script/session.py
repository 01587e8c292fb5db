"""The lines of a block, told apart: what was typed, what was typed inside a container, what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.script import prompts
from grader.core.script.drafts import Draft, Left
from grader.core.script.gather import Gatherer
from grader.core.script.invocation import is_interactive, opens_shell, parse
from grader.core.script.model import Row
from grader.core.script.output import Seen, Tables, container_id
from grader.core.script.rewrite import plain
from grader.core.script.wording import (
    INNER,
    KNOWN,
    Verdict,
    calls,
    first_word,
    in_block,
    in_list,
    in_prose,
    is_docker,
    is_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.core.script.prompts import Prompt

_LEAVES: Final = frozenset(["exit", "exit()", "quit()", "logout", "quit", "\\q", ".exit"])
OUTPUT: Final = "output"
COMMENT: Final = "a comment"
STRAY: Final = "typed inside a container that no command before it opens"


class Session:
    """Reads blocks one after the other; knows which container is open, and what was printed."""

    def __init__(self, *, windows: bool = False, listed: bool = False) -> None:
        self.judge = in_list if listed else in_prose
        self.drafts: list[Draft] = []
        self.left: list[Left] = []
        self.seen = Seen()
        self._gatherer = Gatherer(windows=windows)
        self.tables = Tables(self.seen)
        self.opened: Draft | None = None

    def leave(self, row: Row, reason: str, *, doubtful: bool = False) -> None:
        """Note a line that isn't run."""
        self.left.append(Left(row, reason, doubtful))

    def add(self, rows: Sequence[Row], at: int, text: str, sign: str = "", *, inline: bool = False) -> int:
        """Take the command that begins here; give the index of the row behind it."""
        self.tables.stop()
        got = self._gatherer.gather(rows, at, text)
        if got.problem is not None:
            self.leave(Row(rows[at].number, got.text), got.problem, doubtful=True)
            return got.after
        draft = Draft(rows[at].number, plain(got.text), rows[got.after - 1].number - rows[at].number + 1, got.notes)
        draft.sign, draft.inline = sign, inline
        docker = [call for call in map(parse, calls(draft.text)) if call is not None]
        draft.interactive = any(is_interactive(call) for call in docker)
        draft.shell = any(opens_shell(call) for call in docker) and "<<" not in draft.text
        self.drafts.append(draft)
        self.opened = draft if draft.interactive else None
        return got.after

    def block(
        self, rows: Sequence[Row], *, fenced: bool, shell: bool = False, other: Callable[[Row], bool] | None = None
    ) -> None:
        """Read a block; `shell`: whatever stands in it is a command; `other` is asked about lines that are none."""
        _Block(self, rows, fenced=fenced, shell=shell, other=other).read()
        self.opened = None
        self.tables.stop()

    @property
    def last_opened(self) -> Draft | None:
        """The command that a prompt inside a container belongs to, though in another block."""
        last = self.drafts[-1] if self.drafts else None
        return last if last is not None and last.interactive else None


class _Block:
    def __init__(
        self,
        session: Session,
        rows: Sequence[Row],
        *,
        fenced: bool,
        shell: bool,
        other: Callable[[Row], bool] | None,
    ) -> None:
        self._session, self._rows = session, rows
        self._fenced, self._shell, self._other = fenced, shell, other
        self._judge = in_block if fenced else session.judge
        self._prompts = [prompts.split(row.text) for row in rows]
        unprompted = any(
            prompt is None and is_docker(row.text.strip()) and self._judge(row.text.strip()) is Verdict.COMMAND
            for row, prompt in zip(rows, self._prompts, strict=True)
        )
        # Who types docker at no prompt of root's is root only inside a container.
        self._root_inside = unprompted and not any(
            prompt is not None and prompt.sign == "root" and is_docker(prompt.rest) for prompt in self._prompts
        )
        signs = {prompt.sign for prompt in self._prompts if prompt is not None}
        # Among commands that have another prompt or none, `#` begins a comment.
        self._hashes = not unprompted and "$" not in signs
        self._greets = any(row.text.strip() == "Hello from Docker!" for row in rows)
        self._prompted = any(
            prompt is not None and self._is_host(prompt) and not self._in_greeting(row)
            for row, prompt in zip(rows, self._prompts, strict=True)
        )
        # In a text only a terminal writes whole prompts; `$` may be written by hand, now and then.
        self._pasted = any(prompt is not None and prompt.sign in {"user", "windows"} for prompt in self._prompts)
        self._inside_to_come = self._to_come()
        self._exit_to_come = self._exits()

    def read(self) -> None:
        at = 0
        while at < len(self._rows):
            at = self._step(at)

    def _step(self, at: int) -> int:
        session, row, prompt = self._session, self._rows[at], self._prompts[at]
        tables = session.tables
        if not row.text.strip() or self._in_greeting(row):
            if tables.continues(row.text) and row.text.strip():
                session.leave(row, OUTPUT)
            return at + 1
        if prompt is not None and self._typed_inside(row, prompt):
            return at + 1
        if prompt is not None and self._is_host(prompt):
            if not prompt.rest.strip() or prompt.rest.lstrip().startswith("#"):
                tables.stop()
                return at + 1
            return session.add(self._rows, at, prompt.rest, prompt.sign)
        if prompt is not None and prompt.sign == "$" and prompt.rest[:1].isalpha():
            session.leave(row, "not a command", doubtful=True)
            return at + 1
        return self._unprompted(at)

    def _in_greeting(self, row: Row) -> bool:
        if not self._greets:
            return False
        return self._session.tables.in_greeting() or row.text.strip().startswith(
            ("Hello from Docker!", "$ docker run -it ubuntu bash")
        )

    def _is_host(self, prompt: Prompt) -> bool:
        rest = prompt.rest.strip()
        if self._inner(prompt):
            return False
        if not prompt.bare and (self._fenced or prompt.sign not in {"$", "arrow", "path"}):
            return True
        if prompt.sign == "#" and not self._hashes:
            return False
        known = (in_block if self._fenced or prompt.sign == "$" else in_prose)(rest) is Verdict.COMMAND
        return known and (self._fenced or prompt.sign != "#" or is_docker(rest))

    def _inner(self, prompt: Prompt) -> bool:
        return prompt.inside or (prompt.sign == "root" and self._root_inside)

    def _typed_inside(self, row: Row, prompt: Prompt) -> bool:
        """Take a line as typed inside a container, if it was."""
        session = self._session
        opened = session.opened
        if self._inner(prompt) and opened is None:
            if prompt.sign == "dialogue" and not self._fenced:
                return False
            opened = session.last_opened
            if opened is None:
                if prompt.rest.strip():
                    session.leave(row, STRAY, doubtful=True)
                return True
        if opened is None or not (self._inner(prompt) or _changes(opened, prompt)):
            return False
        if prompt.container is not None:
            session.seen.note(prompt.container, opened.number)
        self._type(opened, row, prompt.rest)
        return True

    def _type(self, opened: Draft, row: Row, text: str) -> None:
        self._session.tables.stop()
        if text.strip():
            opened.stdin.append(text.strip())
        opened.typed.add(row.number)
        done = text.strip() in _LEAVES
        self._session.opened = None if done else opened
        if done:
            opened.interactive = False

    def _unprompted(self, at: int) -> int:
        session, row = self._session, self._rows[at]
        text = row.text.strip()
        opened = session.opened
        if opened is not None and opened.shell and not self._prompted and self._dialogue(at, opened):
            return at + 1
        if session.tables.continues(row.text):
            made = container_id(text)
            if made and session.drafts:
                session.seen.note(made, session.drafts[-1].number)
            session.leave(row, OUTPUT)
            return at + 1
        if text.startswith(("#", "//", "::", "REM ")):
            hidden = text.lstrip("#/: ")
            if is_docker(hidden) and in_prose(hidden) is Verdict.COMMAND:
                session.leave(row, COMMENT, doubtful=True)
            return at + 1
        if self._prompted and (self._fenced or self._pasted):
            likely = is_docker(text) and in_prose(text) is Verdict.COMMAND
            if self._fenced or likely:
                session.leave(
                    row, "a line without a prompt, among lines with one" if likely else OUTPUT, doubtful=likely
                )
            return at + 1
        return self._judged(at, text)

    def _judged(self, at: int, text: str) -> int:
        session, row = self._session, self._rows[at]
        verdict = self._judge(text)
        alone = verdict is Verdict.MENTION and " -" in text and "..." not in text and "`" not in text
        loop = at + 1 < len(self._rows) and first_word(self._rows[at + 1].text) in {"do", "then", "{"}
        loop = loop and first_word(text) in KNOWN
        program = self._shell and verdict is Verdict.OTHER and _plausible(text)
        if verdict is Verdict.COMMAND or alone or loop or program:
            return session.add(self._rows, at, text)
        if self._other is not None and self._other(row):
            return at + 1
        if verdict is not Verdict.OTHER:
            session.leave(row, "not a command", doubtful=verdict is Verdict.DOUBT)
        elif self._fenced and text.startswith("-") is False and first_word(text) in INNER:
            session.leave(row, "not a command of this system", doubtful=True)
        return at + 1

    def _dialogue(self, at: int, opened: Draft) -> bool:
        """Whether a line without a prompt is typed in the container's shell; then it is taken."""
        row = self._rows[at]
        text = row.text.strip()
        if is_docker(text):
            self._session.opened = None
            return False
        if self._inside_to_come[at]:
            self._session.leave(row, OUTPUT)
            return True
        if first_word(text) not in INNER | _LEAVES:
            return False
        if not (self._fenced or self._exit_to_come[at]):
            return False
        self._type(opened, row, text)
        return True

    def _to_come(self) -> list[bool]:
        """Say for every row whether a container's prompt stands below, before docker is called again."""
        found, coming = [False] * len(self._rows), False
        for at in range(len(self._rows) - 1, -1, -1):
            found[at] = coming
            prompt = self._prompts[at]
            coming = (
                self._inner(prompt) if prompt is not None else coming and not is_docker(self._rows[at].text.strip())
            )
        return found

    def _exits(self) -> list[bool]:
        """Say for every row whether `exit` stands there or below, before docker is called again."""
        found, coming = [False] * len(self._rows), False
        for at in range(len(self._rows) - 1, -1, -1):
            text = self._rows[at].text.strip()
            coming = text in _LEAVES or (coming and not is_docker(text))
            found[at] = coming
        return found


def _changes(opened: Draft, prompt: Prompt) -> bool:
    """Whether a prompt that a host has as well is the open container's."""
    if is_docker(prompt.rest.strip()) or prompt.sign in {"user", "windows", "arrow", "labelled"}:
        return False
    if prompt.sign == "root":
        return opened.sign != "root"
    return opened.sign != prompt.sign or opened.shell


def _plausible(text: str) -> bool:
    """Whether a line could call some program: its first word is written as programs are."""
    first = first_word(text)
    if first[:1].isupper() and is_sentence(text):
        return False
    return bool(first) and first.isascii() and first[0] not in "@`-|,;:{}[]()<>*\"'" and first[-1] not in ":,"
