"""The `dialogue` check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _spawned
from grader.checks._dialogue import Step
from grader.checks._talk import Talk
from grader.core.check import Check
from grader.core.errors import Failure
from grader.core.facts import Command
from grader.core.matchers import Expectation, expect
from grader.core.quantities import Seconds
from grader.core.variation import Variation

if TYPE_CHECKING:
    from grader.core.abilities import Converses


class Dialogue(Check):
    """Passes if one can talk to a program as the steps say.

    The program is the image's own, started as `docker run -it` does it, in a container for this check alone, like the
    one that `in` names, or `main`: with its variables, and with its `command`, if the exercise gives it one.
    `command` of the check replaces that, or the image's CMD.
    With `exec: true`, `command` is run in a container that runs already, as by `docker exec -it`.
    For both in one exercise, describe two: `containers: {main: {}, idle: {command: [sleep, "1000"]}}`, and write
    `in: idle` for the checks with `exec`.
    `tty: false` leaves the terminal out (`-i` alone): then many programs hold back what they write, or write no prompt.

    What the program writes may come in any pieces, and a prompt needs no end of its line.
    What is typed does not wait for the program to be ready for it: an `expect` for its prompt does, or `quiet`.
    An `expect` looks at what has come since the last one found what it looked for.
    A terminal shows what is typed: `{send: Ada}` makes `Ada` appear in the output, though the program did not write it.
    Colours and other control sequences are left out, unless `plain: false`.
    """

    example: ClassVar[str] = """
    - id: greets
      kind: dialogue
      steps: [{expect: "Name? "}, {send: Ada}, {expect: {matches: "Hello,? Ada"}}, {exit_code: 0}]
    """

    kind: Literal["dialogue"] = "dialogue"
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """What is run instead of the image's CMD; with `exec`, the program and its arguments."""
    exec: bool = False
    """Whether it is run in a container that runs already."""
    tty: bool = True
    """Whether it has a terminal."""
    plain: bool = True
    """Whether control sequences are left out of what a terminal gets, and line ends are simple."""
    each: Annotated[Seconds, Field(gt=0, le=300)] = 5.0
    """The time for each step that waits for the program."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    """What happens, one after the other: `expect`, `send`, `send_raw`, `key`, `end_of_input`, `resize`, `quiet` or
    `exit_code`."""
    output: Expectation | None = None
    """All that it wrote, until the last step was over: `{not: {contains: Traceback}}`."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Dialogue:
        if self.exec and self.command is None:
            raise ValueError("exec needs a command to run in the container")
        if self.output is None and all(one.expect is None and one.exit_code is None for one in self.steps):
            raise ValueError("expects nothing; a step needs expect or exit_code")
        if not self.tty and any(one.needs_terminal for one in self.steps):
            raise ValueError("key and resize need a terminal: leave out tty: false")
        if any(one.exit_code is not None for one in self.steps[:-1]):
            raise ValueError("exit_code can only be the last step: nothing comes after the end")
        ended = [one.end_of_input for one in self.steps]
        after = self.steps[ended.index(True) + 1 :] if True in ended and not self.tty else ()
        if any(one.typed is not None for one in after):
            raise ValueError("nothing can be typed after the end of the input")
        return self

    @classmethod
    def uses_container(cls) -> bool:
        return True

    def run(self, target: Converses) -> None:
        command = Command(self.command) if self.exec and self.command is not None else None
        variation = Variation(command=None if self.exec else self.command, tty=self.tty, stdin=True)
        talk = Talk(tty=self.tty, strip=self.tty and self.plain, each=self.each)
        with _container.reproducible(*self._by_hand(target)):
            try:
                with target.converse(self.in_, variation, command) as conversation:
                    for step in self.steps:
                        talk.do(step, conversation)
                if self.output is not None:
                    expect("what the program wrote", talk.written, self.output)
            except Failure as failure:
                failure.evidence = failure.evidence or talk.evidence()
                raise

    def _by_hand(self, target: Converses) -> tuple[str, ...]:
        option = "-it" if self.tty else "-i"
        typed = [f"#   {one.typed}" for one in self.steps if one.typed is not None]
        tail = "\n".join(["", "# then type:", *typed]) if typed else ""
        if self.exec:
            look = f"docker exec {option} CONTAINER {shlex.join(self.command or ())}"
            first = _container.steps(target, self.in_, look)
            return (*first[:-1], first[-1] + tail)
        line = _spawned.started(target, self.in_, command=self.command)
        line = line if f" {option} " in line else line.replace("--rm", f"--rm {option}", 1)
        return (line + tail,)
