"""One run of an author's tests, which the check leads: each test begins when it is told to."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final

from grader.checks._child import Child
from grader.checks._desk import Asked, Desk
from grader.core.clock import budget, limit, remaining
from grader.core.errors import Broken, Failure, PolicyError, SandboxError, TimedOut, Unmet
from grader.core.wire import pack, pack_error, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.core.setting import Setting

_COLLECTING: Final = 60.0
"""Seconds that pytest may take to start and to find the tests."""
_GRACE: Final = 5.0
"""Seconds that fixtures may take to tidy up at the end."""
log = logging.getLogger(__name__)


class Session:
    """Tests in their order. A process that had to be ended is replaced for the tests that come after."""

    def __init__(self, path: Path, setting: Setting) -> None:
        self._path = path
        self._setting = setting
        self._child: Child | None = None
        self._desk: Desk | None = None
        self._next: str | None = None

    @property
    def asked(self) -> Asked:
        """What the test that was run last is about, for diagnoses."""
        return Asked() if self._desk is None else self._desk.asked

    def collect(self) -> Mapping[str, Any]:
        """Start pytest, and give what it found. Raises Broken when it can't be started, TimedOut."""
        self._child = Child(self._path, self._setting)
        self._next = None
        try:
            # On a clock of its own: what was slow before is the student's, and this is not.
            with budget("reading tests", _COLLECTING):
                found: Mapping[str, Any] = unpack(self._listen("collected", None)["found"])
                return found
        except BaseException:
            self._end()
            raise

    def run(self, test: str, target: object) -> None:
        """Run one test, which comes after those that were run before. Raises what a check's `run` may raise."""
        remaining(1)
        if self._child is None:
            self.collect()
        desk = self._desk = Desk(target, self._setting)
        try:
            self._reach(test, desk)
            self._tell({"run": True})
            told = unpack(self._listen("done", desk)["told"])
        except BaseException:
            self._end()
            raise
        _judge(told, desk)

    def _reach(self, test: str, desk: Desk) -> None:
        """Leave out all tests before."""
        while True:
            self._next = self._next or str(self._listen("next", desk)["test"])
            if self._next == test:
                return
            self._tell({"run": False})

    def _tell(self, answer: Mapping[str, Any]) -> None:
        assert self._child is not None  # noqa: S101 - for the type checker: only called while there is one
        self._next = None
        self._child.send(answer)

    def _listen(self, event: str, desk: Desk | None) -> Mapping[str, Any]:
        """Answer questions until something happens."""
        assert self._child is not None  # noqa: S101 - for the type checker: only called while there is one
        while True:
            message = self._child.receive()
            if message["event"] == event:
                return message
            if message["event"] == "ask":
                self._child.send(_answer(message, desk))

    def close(self) -> None:
        """Let fixtures tidy up, then end the process with all that it started."""
        try:
            if self._child is not None and self._desk is not None:
                with contextlib.suppress(Broken), limit(_GRACE, "the time to tidy up"):
                    while True:
                        self._next = self._next or str(self._listen("next", self._desk)["test"])
                        self._tell({"run": None})
        except (PolicyError, SandboxError):
            raise
        except Exception:
            log.exception("the fixtures of %s could not tidy up", self._path)
        finally:
            self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _answer(message: Mapping[str, Any], desk: Desk | None) -> dict[str, Any]:
    if desk is None:
        return {"error": pack_error(Broken("a file of tests can't look at the submission while it is read"))}
    try:
        return {"value": pack(desk.answer(message["question"], unpack(message["arguments"])))}
    except TimedOut as error:
        remaining(1)  # the limit of the whole test is not for the test to handle
        return {"error": pack_error(error)}
    except (Failure, Unmet, Broken) as error:
        return {"error": pack_error(error)}


def _judge(told: Mapping[str, Any], desk: Desk) -> None:
    """Return for a test that passed, raise for any other."""
    message = str(told["message"])
    match told["outcome"]:
        case "passed":
            return
        case "skipped":
            raise Unmet(message)
        case "failed":
            raise Failure(
                message,
                expected=told["expected"],
                actual=told["actual"],
                hint=told["hint"],
                reproduce=told["reproduce"] or desk.seen.reproduce,
                evidence=tuple(dict.fromkeys((*told["evidence"], *desk.seen.evidence))),
            )
        case _:
            raise Broken(message)
