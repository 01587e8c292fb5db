"""The `process` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import model_validator

from grader.checks import _container
from grader.core.check import Check
from grader.core.errors import Failure, Mismatch, Missing
from grader.core.matchers import Expectation, expect
from grader.core.result import Evidence
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.abilities import Containers
    from grader.core.facts import Process as Found


class Process(Check):
    """Passes if the processes of a running container are as expected.

    They are seen from outside, so no `ps` is needed in the image.
    A command line is one text: the program and its arguments, with spaces between.
    """

    example: ClassVar[str] = """
    - {id: not-root, kind: process, user: {not: root}, pid1: {starts_with: python}}
    """

    kind: Literal["process"] = "process"
    pid1: Expectation | None = None
    """The command line of the main process (PID 1)."""
    user: Expectation | None = None
    """The name of the user that the main process runs as, or the number of one without a name."""
    uid: Expectation | None = None
    """The number of that user: `uid: {not: 0}` also finds a root by another name."""
    running: Expectation | None = None
    """The command line of at least one process."""
    running_count: Expectation | None = None
    """How many processes have the command line that `running` describes; default: at least one."""
    absent: Expectation | None = None
    """The command line of no process."""
    count: Expectation | None = None
    """How many processes there are."""

    @model_validator(mode="after")
    def _asserts_something(self) -> Process:
        if self.running_count is not None and self.running is None:
            raise ValueError("running_count needs running, which says what is counted")
        if all(one is None for one in (self.pid1, self.user, self.uid, self.running, self.absent, self.count)):
            raise ValueError("expects nothing; give pid1, user, uid, running, absent or count")
        return self

    def run(self, target: Containers) -> None:
        with _container.reproducible(*_container.steps(target, self.in_, "docker top CONTAINER")):
            container = _container.running(target, self.in_)
            found = container.processes()
            if not found:  # it ended between the two questions
                ended = _container.log(container)
                raise Failure("the container ended while its processes were looked at", evidence=ended)
            self._judge(found)

    def _judge(self, found: Sequence[Found]) -> None:
        evidence = (Evidence(kind="inspect", title="its processes: user, command line", text=_table(found)),)
        facts: tuple[tuple[str, Any, Expectation | None], ...] = (
            ("the main process (PID 1)", found[0].argv, self.pid1),
            ("the user of the main process", found[0].user, self.user),
            ("the user id of the main process", found[0].uid, self.uid),
            ("the number of processes", len(found), self.count),
        )
        for subject, actual, expectation in facts:
            if expectation is not None:
                expect(subject, actual, expectation, evidence=evidence)
        fitting = [one for one in found if self.running is not None and self.running.problem(one.argv) is None]
        if self.running is not None and self.running_count is not None:
            subject = f"the number of processes whose command line {self.running.words}"
            expect(subject, len(fitting), self.running_count, evidence=evidence)
        elif self.running is not None and not fitting:
            raise Missing(
                "no process with the expected command line is running",
                expected=self.running.words,
                actual="\n".join(one.argv for one in found),
                evidence=evidence,
            )
        for one in found if self.absent is not None else ():
            if self.absent is not None and self.absent.problem(one.argv) is None:
                raise Mismatch(
                    f"a process is running that should not be: {quoted(one.argv)}",
                    expected=f"no process that {self.absent.words}",
                    actual=one.argv,
                    evidence=evidence,
                )


def _table(found: Sequence[Found]) -> str:
    width = max(len(one.user) for one in found)
    return "\n".join(f"{one.user:{width}}  {one.argv}" for one in found)
