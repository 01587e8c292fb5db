"""The `transcript` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pydantic import Field, model_validator

from grader.checks import _lines
from grader.checks._problems import Problem, compare, report
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.matchers import Expectation, expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.abilities import Transcribes
    from grader.core.transcript import Line

_SHOWN: Final = 5


class Transcript(Check):
    """Passes if one of the student's commands ran, and did as expected.

    There is often more than one command that does a task, so ask for what the commands left, with `container`,
    `local_image`, `volume` and `network`, wherever that decides.
    This check is for tasks whose point is the command, or what it prints.
    A command is compared as one line: continued lines are joined, and each run of spaces is one space.
    With `count`, that many commands must be as expected; with `absent`, none; with `all_succeed`, all must end well.
    """

    example: ClassVar[str] = r"""
    - {id: looked, kind: transcript, command: {matches: '^docker (ps|container ls)\b'}, output: {contains: web}}
    """

    kind: Literal["transcript"] = "transcript"
    command: Expectation | None = None
    """The command; default: any."""
    exit_code: Expectation | None = None
    """The exit code that it ended with."""
    succeeded: bool | None = None
    """Whether it ended with exit code 0, or went on as a server in the foreground does."""
    output: Expectation | None = None
    """What it printed, stdout and stderr together."""
    seconds: Expectation | None = None
    """How long it took."""
    count: Expectation | None = None
    """How many such commands there are; default: at least one."""
    absent: bool = False
    """There must be no such command."""
    all_succeed: bool = False
    """Every command must have succeeded, but those that `except` describes; this excludes the other fields."""
    except_: Expectation | None = Field(default=None, alias="except")
    """Commands that may fail, where `all_succeed` is set."""

    @model_validator(mode="after")
    def _asks_something(self) -> Transcript:
        about_one = (self.command, self.exit_code, self.succeeded, self.output, self.seconds)
        asked = any(one is not None for one in about_one)
        if self.all_succeed and (asked or self.count is not None or self.absent):
            raise ValueError("all_succeed excludes all fields but except")
        if self.except_ is not None and not self.all_succeed:
            raise ValueError("except is about all_succeed")
        if not self.all_succeed and not asked:
            raise ValueError("nothing is expected; give command, exit_code, succeeded, output, seconds or all_succeed")
        if self.absent and self.count is not None:
            raise ValueError("absent excludes count")
        if self.succeeded is not None and self.exit_code is not None:
            raise ValueError("succeeded and exit_code exclude each other")
        return self

    def run(self, target: Transcribes) -> None:
        lines = target.transcript().lines
        if self.all_succeed:
            self._all_succeeded(lines)
            return
        called = [line for line in lines if self.command is None or self.command.problem(_lines.spoken(line)) is None]
        good = [line for line in called if not any(self._problems(line))]
        if self.absent:
            self._none(good)
        elif self.count is not None:
            evidence = _lines.transcript(lines)
            expect(f"the number of commands like this ({self._words})", len(good), self.count, evidence=evidence)
        elif not good:
            self._explain(called, lines)

    @property
    def _words(self) -> str:
        wanted = (("command", self.command), ("exit code", self.exit_code), ("output", self.output))
        words = [f"{name} {one.words}" for name, one in (*wanted, ("seconds", self.seconds)) if one is not None]
        words += [] if self.succeeded is None else ["succeeded" if self.succeeded else "failed"]
        return ", ".join(words)

    def _problems(self, line: Line) -> Iterator[Problem]:
        name = _lines.named(line)
        if self.succeeded is not None and line.succeeded is not self.succeeded:
            expected = "exit code 0" if self.succeeded else "an exit code other than 0"
            yield Problem("exit code", f"{name} {_lines.ending(line)}", expected, _lines.ending(line))
        if self.exit_code is not None and line.exit_code is None:
            yield Problem("exit code", f"{name} {_lines.ending(line)}", self.exit_code.words, _lines.ending(line))
        else:
            yield from compare(f"the exit code of {name}", line.exit_code, self.exit_code)
        yield from compare(f"the output of {name}", line.output, self.output)
        yield from compare(f"the time in seconds of {name}", line.seconds, self.seconds)

    def _explain(self, called: Sequence[Line], lines: Sequence[Line]) -> None:
        """Tell about the command that comes nearest, the last one of several."""
        if called:
            nearest = min(reversed(called), key=lambda line: len(list(self._problems(line))))
            problems = [one._replace(places=((nearest.number, one.message),)) for one in self._problems(nearest)]
            report(problems, evidence=_lines.transcript([nearest]), kind=self.kind)
        asked = self.command.words if self.command is not None else "any"
        raise Missing(
            f"there is no command that {asked}" if lines else "there is no command at all",
            expected=f"a command that {asked}",
            actual="\n".join(_lines.spoken(line) for line in lines) or "no commands",
            evidence=_lines.transcript(lines),
        )

    def _none(self, good: Sequence[Line]) -> None:
        if good:
            raise Mismatch(
                f"there is a command that should not be there: {_lines.named(good[0])}",
                expected=f"no command like this: {self._words}",
                actual="\n".join(_lines.spoken(line) for line in good),
                evidence=_lines.transcript(good[:_SHOWN]),
                findings=_lines.findings(self.kind, good, lambda _: "this command should not be there"),
            )

    def _all_succeeded(self, lines: Sequence[Line]) -> None:
        allowed = self.except_
        bad = [
            line
            for line in lines
            if not line.succeeded and (allowed is None or allowed.problem(_lines.spoken(line)) is not None)
        ]
        if not lines:
            raise Missing("there is no command at all", expected="commands that succeed", actual="no commands")
        if bad:
            told = [f"{_lines.named(line)} {_lines.ending(line)}" for line in bad[:_SHOWN]]
            told += [f"and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
            raise Mismatch(
                "\n".join(told),
                expected="every command ends with exit code 0",
                actual=f"{len(bad)} of {len(lines)} did not",
                evidence=_lines.transcript(bad[:_SHOWN]),
                findings=_lines.findings(self.kind, bad, lambda line: f"this command {_lines.ending(line)}"),
            )
