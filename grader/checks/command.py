"""The `command` check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container, _streams
from grader.checks._healthcheck import TimeExpectation
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch
from grader.core.facts import Command as Order
from grader.core.matchers import Expectation, expect
from grader.core.result import Evidence
from grader.core.text import one_line, quoted

if TYPE_CHECKING:
    from grader.core.abilities import Runs
    from grader.core.facts import Completed

_ENGINE = "OCI runtime"
"""Stands in the engine's own words about a program that can't be run, which are of no use to a student."""


class Command(Check):
    """Passes if a command exits and prints as expected.

    It runs in a fresh container of the image; with `in`, in that running container.
    `run` is a program and its arguments and needs no shell; `shell` is a line for the image's `/bin/sh`.
    With `entrypoint: keep` the image starts as `docker run` would start it, and `run` replaces its CMD.
    """

    example: ClassVar[str] = """
    - {id: has-flask, kind: command, run: [python, -c, "import flask"], title: Flask is installed}
    """

    kind: Literal["command"] = "command"
    run_: tuple[str, ...] | None = Field(default=None, alias="run")
    """The program and its arguments."""
    shell: str | None = Field(default=None, min_length=1)
    """A line for `/bin/sh -c`."""
    entrypoint: Literal["keep", "replace"] = "replace"
    """`replace`: the command takes the place of ENTRYPOINT; `keep`: ENTRYPOINT gets `run` as its arguments."""
    expand_env: bool = False
    """Whether `$NAME` in `run` and in the values of `env` stands for a variable of the image, as in
    container-structure-test.
    """
    setup: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()
    """Commands that come before it, each in a container of its own that begins with the files that the one before
    left; how they end makes no difference.
    """
    stdin: str = ""
    """What the command can read."""
    env: dict[str, str] = Field(default_factory=dict)
    """Variables to set, besides the image's own."""
    user: str | None = None
    """The user to run as; default: the image's."""
    workdir: str | None = None
    """Where to run; default: the image's WORKDIR."""
    stdout: Expectation | None = None
    """What it prints to stdout."""
    stderr: Expectation | None = None
    """What it prints to stderr."""
    combined: Expectation | None = None
    """What it prints to both, stdout first: for programs of which one doesn't know where they write."""
    exit_code: Expectation = Field(default=0, validate_default=True)
    """Its exit code; `{one_of: [0, 1]}` for several."""
    seconds: TimeExpectation | None = None
    """How long it takes, such as `{at_most: 2s}`; the start of a fresh container is counted, about half a second."""

    @model_validator(mode="after")
    def _one_command(self) -> Command:
        keep = self.entrypoint == "keep"
        if self.run_ is not None and self.shell is not None:
            raise ValueError("run and shell exclude each other")
        if keep and self.shell is not None:
            raise ValueError("entrypoint: keep goes with run, whose words are the entrypoint's arguments")
        if keep and self.in_ is not None:
            raise ValueError("a running container has started its entrypoint already: leave out entrypoint or in")
        if not keep and not self.run_ and self.shell is None:
            raise ValueError("there is no command; give run or shell")
        if (self.setup or self.expand_env) and (keep or self.in_ is not None):
            raise ValueError("setup and expand_env are about fresh containers, and leave the entrypoint out")
        return self

    @property
    def _order(self) -> Order:
        keep = self.entrypoint == "keep"
        return Order(
            self._argv,
            keep,
            self.stdin.encode(),
            self.env,
            self.user,
            self.workdir,
            expand=self.expand_env,
            setup=self.setup,
        )

    @property
    def _may_run_ahead(self) -> bool:
        """Whether others beside it make no difference."""
        return self.in_ is None and not self.setup and self.seconds is None

    def announce(self, target: Runs) -> None:
        if self._may_run_ahead:
            target.announce_command(self._order)

    def run(self, target: Runs) -> None:
        early = target.foreseen(self._order) if self._may_run_ahead else None
        if early is not None:
            try:
                self._judge(early)
            except Failure:
                pass  # only what it does by itself counts against it
            else:
                return
        with _container.reproducible(*_container.by_hand(self._order, self.in_)):
            self._judge(target.execute(self._order, self.in_))

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("/bin/sh", "-c", self.shell) if self.shell is not None else self.run_ or ()

    @property
    def _name(self) -> str:
        if not self._argv:
            return "the image's own command"
        return quoted(self.shell if self.shell is not None else shlex.join(self._argv))

    def _judge(self, done: Completed) -> None:
        evidence = tuple(
            Evidence(kind="command", title=f"{name} of {one_line(self._name, 80)}", text=text)
            for name, text in (("stdout", done.stdout), ("stderr", done.stderr))
            if text and _ENGINE not in text
        )
        if self.exit_code.problem(done.exit_code) is not None:
            raise Mismatch(
                self._reason(done),
                expected=f"exit code {self.exit_code.words.replace('equals ', '')}",
                actual=f"exit code {done.exit_code}",
                evidence=evidence,
            )
        streams = (done.stdout, done.stderr)
        for name, expectation in (("stdout", self.stdout), ("stderr", self.stderr), ("output", self.combined)):
            _streams.judge(f"{name} of {self._name}", streams, name, expectation, evidence=evidence)
        if self.seconds is not None:
            took = f"the time that {self._name} took, in seconds,"
            expect(took, round(done.seconds, 2), self.seconds, evidence=evidence)

    def _reason(self, done: Completed) -> str:
        """Say in words how it ended: Docker and all shells give 126 and 127 for a program that can't be run."""
        program = f"the program {quoted(self._argv[0])}" if self.entrypoint == "replace" else "what it should start"
        match done.exit_code:
            case code if done.oom_killed:
                return f"{self._name} used more memory than it may, and was killed (exit code {code})"
            case code if self.user is not None and f"unable to find user {self.user}:" in done.stdout + done.stderr:
                return f"the image has no user {quoted(self.user)} to run {self._name} (exit code {code})"
            case 126 | 127 as code if self.shell is not None:
                return f"in {self._name}, a program was not found or can't be executed (exit code {code})"
            case 127:
                return f"{program} is not in the image (exit code 127)"
            case 126:
                return f"{program} is no program that can be executed (exit code 126)"
        return f"{self._name} ended with exit code {done.exit_code}"
