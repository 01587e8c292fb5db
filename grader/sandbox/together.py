"""Commands that are run in one shared container by several threads, and believed if none of them left anything."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from grader.core.clock import limit
from grader.core.errors import SandboxError
from grader.sandbox.common import Common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.facts import Command, Completed
    from grader.core.specs import ContainerSpec
    from grader.sandbox.containers import OurContainer
    from grader.sandbox.ledger import Ledger

QUICK: Final = 2.0
"""Seconds that a command may take in a shared container: those beside it wait for it."""
_START: Final = 5.0
"""Seconds in which the container is started, and looked at."""
_KILLED: Final = 126
"""Exit codes from here on mean that a command could not be run, or was killed."""


class Run(Protocol):
    """A command that somebody waits for."""

    expanded: Command

    def note(self, container: OurContainer) -> None:
        """Note the container; raises when nobody waits any more."""


class Together:
    """The commands of one shared container; `work` is called by each of `threads` threads."""

    def __init__(self, runs: Sequence[Run], threads: int) -> None:
        self._runs = runs
        self._found: dict[int, Completed] = {}
        self._left = list(enumerate(runs))
        self._lock = threading.Lock()
        self._working = threads
        self._owned = False
        self._started = threading.Event()
        self._common: Common | None = None
        self._good = True

    def work(self, ledger: Ledger, image: str, spec: ContainerSpec, client: Any) -> list[Completed] | None:
        """Do a part; the thread that ends last gets what all commands said, or nothing where that is worth nothing."""
        with self._lock:
            owner, self._owned = not self._owned, True
        try:
            if owner:
                self._start(ledger, image, spec, client)
                self._started.set()
            self._started.wait(_START)
            while self._good and self._common is not None and (item := self._next()) is not None:
                with limit(QUICK, "the time for a command in a shared container"):
                    self._found[item[0]] = self._common.run(item[1].expanded, client)
        except BaseException:  # noqa: BLE001 - whatever it is, each command will meet it by itself
            self._good = False
        finally:
            self._started.set()
        with self._lock:
            self._working -= 1
            last = self._working == 0
        return self._end() if last else None

    def close(self) -> None:
        """Remove the container, once what was found is where it is waited for."""
        if self._common is not None:
            with suppress(SandboxError):  # who waits no more has removed it
                self._common.close()

    def _start(self, ledger: Ledger, image: str, spec: ContainerSpec, client: Any) -> None:
        with limit(_START, "the time for starting a shared container"):
            common = Common(ledger, image, spec, client)
            self._common = common
            for run in self._runs:
                run.note(common.container)
            self._good = common.start()

    def _next(self) -> tuple[int, Run] | None:
        with self._lock:
            return self._left.pop(0) if self._left else None

    def _end(self) -> list[Completed]:
        common = self._common
        if common is None:
            return []
        try:
            with limit(_START, "the time for looking at a shared container"):
                whole = self._good and len(self._found) == len(self._runs)
                run = whole and max(one.exit_code for one in self._found.values()) < _KILLED
                good = run and common.is_as_before()
        except BaseException:  # noqa: BLE001 - as above
            good = False
        return [self._found[n] for n in range(len(self._runs))] if good else []
