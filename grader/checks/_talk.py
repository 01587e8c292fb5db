"""A dialogue while it is held: what has been written and typed by now, and what is still waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from grader.core.clock import remaining
from grader.core.errors import Failure, Mismatch, Missing, TimedOut
from grader.core.quantities import show_seconds
from grader.core.result import Evidence
from grader.core.terminal import Plain
from grader.core.text import quoted

if TYPE_CHECKING:
    from grader.checks._dialogue import Sought, Step
    from grader.core.handles import Conversation
    from grader.core.matching import Matcher

MAX_WRITTEN: Final = 1024 * 1024
"""Characters after which a program is not listened to any longer."""
_SHOWN: Final = 2000
"""Characters, the last ones, that a failure shows of what came."""
_LOOK: Final = 0.2
"""Seconds between two looks whether it has ended."""
_AT_THE_END: Final = 2.0
"""Seconds in which the exit code is known after the output has ended."""
_BUFFERED: Final = (
    "Without a terminal, programs hold back what they write until there is much of it or they end: "
    "flush after the prompt (in Python: print(…, flush=True), or ENV PYTHONUNBUFFERED=1)."
)


class Talk:
    """Holds one dialogue, step by step."""

    def __init__(self, *, tty: bool, strip: bool, each: float) -> None:
        self.written = ""
        """All that the program wrote."""
        self._tty = tty
        self._each = each
        self._plain = Plain(strip=strip)
        self._seen = 0
        self._shown = ""
        self._told = 0
        self._last: str | None = None
        self._over = False

    def do(self, step: Step, conversation: Conversation) -> None:
        """Take one step; raises Failure when it does not lead where it should."""
        seconds = step.within or self._each
        if step.expect is not None:
            self._expect(step.expect, seconds, conversation)
        elif step.exit_code is not None:
            self._end(step.exit_code, seconds, conversation)
        elif step.quiet is not None:
            self._settle(step.quiet, seconds, conversation)
        elif step.resize is not None:
            conversation.resize(*step.resize)
            self._note(f"[the terminal has {step.resize[0]} rows and {step.resize[1]} columns]\n")
        else:
            self._type(step, conversation)

    def evidence(self) -> tuple[Evidence, ...]:
        """Show the dialogue as a terminal does, with a mark at what was typed; nothing where nothing happened."""
        self._note("")
        if not self._shown.strip():
            return ()
        text = self._shown + ("" if self._shown.endswith("\n") else "\n") + ("[its output ended]" if self._over else "")
        return (Evidence(kind="command", title="the dialogue; [typed: …] marks what was typed", text=text.rstrip()),)

    def _note(self, mark: str) -> None:
        self._shown += self.written[self._told :] + mark
        self._told = len(self.written)

    def _listen(self, seconds: float, conversation: Conversation) -> bool:
        """Take in what comes; says whether anything may still come."""
        data = conversation.receive(seconds)
        self._over = data is None
        room = MAX_WRITTEN - len(self.written)
        self.written += self._plain.feed(data or b"", final=data is None)[:room]
        return data is not None

    def _expect(self, sought: Sought, seconds: float, conversation: Conversation) -> None:
        seconds = remaining(seconds)
        end = time.monotonic() + seconds
        while (found := sought.end(self.written[self._seen :])) is None:
            left = end - time.monotonic()
            if self._over or left <= 0 or len(self.written) >= MAX_WRITTEN:
                raise self._without(sought, seconds, conversation)
            self._listen(left, conversation)
        self._seen += found

    def _without(self, sought: Sought, seconds: float, conversation: Conversation) -> Failure:
        came = self.written[self._seen :]
        actual = came[-_SHOWN:] if came.strip() else "nothing"
        since = "" if self._last is None else f" after {self._last}"
        if self._over:
            code = conversation.exit_code(_AT_THE_END)
            ended = "closed its output" if code is None else f"ended with exit code {code}"
            message = f"the program {ended}{since}, and did not write {sought.words}"
            return Missing(message, expected=sought.words, actual=actual)
        if len(self.written) >= MAX_WRITTEN:
            message = f"the program wrote more than 1 MiB{since}, and not {sought.words}"
            return Missing(message, expected=sought.words, actual=actual)
        hint = _BUFFERED if not self._tty and not came.strip() else None
        message = f"the program did not write {sought.words} within {show_seconds(seconds)}{since}"
        return TimedOut(message, expected=sought.words, actual=actual, hint=hint)

    def _settle(self, quiet: float, seconds: float, conversation: Conversation) -> None:
        seconds = remaining(seconds)
        end = time.monotonic() + seconds
        since, before = time.monotonic(), len(self.written)
        while not self._over and time.monotonic() - since < quiet:
            if time.monotonic() >= end or len(self.written) >= MAX_WRITTEN:
                message = f"the program went on writing, and was not quiet for {show_seconds(quiet)}"
                raise TimedOut(message, expected=f"quiet within {show_seconds(seconds)}", actual=self.written[-_SHOWN:])
            self._listen(min(quiet, _LOOK), conversation)
            if len(self.written) != before:
                since, before = time.monotonic(), len(self.written)

    def _type(self, step: Step, conversation: Conversation) -> None:
        self._hear(conversation)
        mark = "[end of input]" if step.end_of_input else f"[typed: {step.typed}]"
        self._last = "the end of its input" if step.end_of_input else f"{quoted(step.typed or '')} was typed"
        if self._over:
            code = conversation.exit_code(_AT_THE_END)
            ended = "closed its output" if code is None else f"ended with exit code {code}"
            what = "its input ended" if step.end_of_input else self._last
            raise Missing(f"the program {ended} before {what}", expected="a program that waits for input", actual=ended)
        self._note(f"{mark}\n" if not self._tty or step.end_of_input else mark)
        data = step.data(tty=self._tty)
        if data is None:
            conversation.end_input()
        else:
            conversation.send(data)

    def _hear(self, conversation: Conversation) -> None:
        """Take in what has come already."""
        before = -1
        while not self._over and before < len(self.written) < MAX_WRITTEN:
            before = len(self.written)
            self._listen(0, conversation)

    def _end(self, wanted: Matcher, seconds: float, conversation: Conversation) -> None:
        seconds = remaining(seconds)
        end = time.monotonic() + seconds
        code: int | None = None
        while code is None and (left := end - time.monotonic()) > 0:
            if self._over or len(self.written) >= MAX_WRITTEN:
                code = conversation.exit_code(left)
                continue
            self._listen(min(left, _LOOK), conversation)
            # A command in a container may end while something that it started keeps its output open.
            code = conversation.exit_code(0)
        self._hear(conversation)
        since = "" if self._last is None else f" after {self._last}"
        if code is None:
            message = f"the program was still running {show_seconds(seconds)}{since or ' after its start'}"
            raise TimedOut(message, expected="the program ends", actual="it is still running")
        self._note(f"[exit code {code}]\n")
        problem = wanted.problem(code)
        if problem is not None:
            message = f"the program ended{since}, but its exit code {problem}"
            raise Mismatch(message, expected=f"exit code {wanted.words.removeprefix('equals ')}", actual=str(code))
