"""Commands that checks will ask for, run ahead of them, several at a time: each as in a fresh container of its own.

A container takes the engine longer to start than most commands take to run, and starts of several overlap; commands
that change nothing share one (`grader.sandbox.common`). What was
found ahead may let a check pass and never lets it fail: a check that would fail on it runs its command again, by
itself, as if nothing had been run ahead. So a command that is slowed down by its neighbours costs nobody a point.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import budget, limit
from grader.core.errors import SandboxError
from grader.core.expansion import expand
from grader.sandbox.common import suits
from grader.sandbox.fresh import run_fresh
from grader.sandbox.ledger import uninterrupted
from grader.sandbox.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.core.facts import Command, Completed
    from grader.core.specs import ContainerSpec
    from grader.sandbox.containers import OurContainer
    from grader.sandbox.ledger import Ledger

AT_ONCE: Final = min(8, 2 * (os.cpu_count() or 1))
"""Containers in flight."""
_WORTH: Final = 6
"""Commands from which on sharing is worth its price: to look at what they leave takes as long as to start one."""
SECONDS: Final = 10.0
"""Time that a command may take ahead; one that takes longer is left to its check."""


class _Stopped(Exception):  # noqa: N818 - no error: nobody waits for the command any more
    pass


class _Run:
    """One command that is run ahead, or will be."""

    def __init__(self, command: Command, place: int) -> None:
        self.command = command
        self.place = place
        """Which one it is, of all that are run ahead together."""
        self.expanded = command
        """With the variables of the image filled in."""
        self.begun = False
        self.stopped = False
        self.over = threading.Event()
        self.done: Completed | None = None
        self.container: OurContainer | None = None

    def note(self, container: OurContainer) -> None:
        """Note the container; raises _Stopped if nobody waits for it any more."""
        self.container = container
        if self.stopped:
            raise _Stopped


class Foresight:
    """The commands for fresh containers of one image, in the order in which they were announced."""

    def __init__(
        self,
        ledger: Ledger,
        image: Callable[[], str],
        spec: Callable[[], ContainerSpec],
        variables: Callable[[], Mapping[str, str]],
    ) -> None:
        self._ledger = ledger
        self._image = image
        self._spec = spec
        self._variables = variables
        self._announced: list[Command] = []
        self._runs: list[_Run] = []
        self._queue: list[_Run] = []
        self._lock = threading.Lock()
        self._shared: list[_Run] = []
        self._together: Together | None = None
        self._clients: list[Any] = []

    def execute(self, command: Command) -> Completed:
        """Run a command now, with nothing beside it."""
        image = self._image()
        self.quiet()
        return run_fresh(self._ledger, image, self._spec(), self._expanded(command))

    def _expanded(self, command: Command) -> Command:
        """Fill in the variables of the image, where the command asks for that."""
        if not command.expand:
            return command
        variables = self._variables()
        argv = tuple(expand(word, variables) for word in command.argv)
        return replace(command, argv=argv, env={name: expand(value, variables) for name, value in command.env.items()})

    def announce(self, command: Command) -> None:
        """Remember a command that will be asked for; the same one again if it will be asked for again."""
        self._announced.append(command)

    def take(self, command: Command) -> Completed | None:
        """Give the outcome of an announced command, once; None where it has to be executed."""
        if command in self._announced:
            self._begin(self._announced.index(command), self._image())
        run = next((one for one in self._runs if one.command == command), None)
        if run is None:
            return None
        self._runs.remove(run)
        with budget("commands", SECONDS * 2):  # what is in flight may have begun later than the check
            end = time.monotonic() + SECONDS * 2
            while not run.over.wait(0.5) and time.monotonic() < end:
                pass
        return run.done

    def _begin(self, place: int, image: str) -> None:
        """Begin with one of the commands and all after it; those before it were of checks that are over."""
        coming = [_Run(command, number) for number, command in enumerate(self._announced[place:])]
        self._announced.clear()
        if len(coming) == 1:
            return  # there is nothing to do meanwhile
        spec, count = self._spec(), min(AT_ONCE, len(coming))
        while len(self._clients) < count:
            # The library's clients are not to be shared between threads.
            self._clients.append(self._ledger.engine.client())
        for run in coming:
            run.expanded = self._expanded(run.command)
        shared = [run for run in coming if suits(run.expanded)]
        self._shared = shared if len(shared) >= _WORTH else []
        self._together = Together(self._shared, count) if self._shared else None
        for run in self._shared:
            run.begun = True
        self._runs += coming
        self._queue = [run for run in coming if not run.begun]
        for client in self._clients[:count]:
            threading.Thread(target=self._work, args=(client, image, spec), name="foresight", daemon=True).start()

    def _work(self, client: Any, image: str, spec: ContainerSpec) -> None:
        self._share(client, image, spec)
        while (run := self._next()) is not None:
            try:
                with limit(SECONDS, "the time for running a command ahead"):
                    done = run_fresh(self._ledger, image, spec, run.expanded, client, run.note)
                run.done = None if done.oom_killed or run.stopped else done
            except BaseException:  # noqa: BLE001, S110 - whatever it is, the check will meet it by itself
                pass
            finally:
                run.over.set()

    def _share(self, client: Any, image: str, spec: ContainerSpec) -> None:
        """Do a part of the commands in one container; if they can tell, they are left for containers of their own."""
        with self._lock:
            shared, mine = self._together, self._shared
        found = shared.work(self._ledger, image, spec, client) if shared is not None else None
        if found is None:
            return
        with self._lock:
            for run, done in zip_longest(mine, found):
                if done is None and not run.stopped:
                    run.begun = False
                    self._queue.append(run)
                else:
                    run.done = None if run.stopped else done
                    run.over.set()
            self._queue.sort(key=lambda run: run.place)  # checks will ask in this order
        if shared is not None:
            shared.close()

    def _next(self) -> _Run | None:
        with self._lock:
            run = self._queue.pop(0) if self._queue else None
            if run is not None:
                run.begun = True
        return run

    def quiet(self) -> None:
        """End what is in flight, so that nothing runs beside what comes now; what is not over can be begun again."""
        with self._lock:
            self._queue.clear()
        pending = [run for run in self._runs if not run.over.is_set()]
        self._runs = [run for run in self._runs if run.over.is_set()]
        self._announced = [run.command for run in pending] + self._announced
        for run in pending:
            run.stopped = True
        for run in pending:
            if run.begun:
                self._end(run)

    def _end(self, run: _Run) -> None:
        from docker.errors import APIError

        with uninterrupted(), budget("commands", SECONDS * 2):
            if run.container is not None:
                with suppress(SandboxError, APIError):
                    self._ledger.engine.api.remove_container(run.container.id, v=True, force=True)
            run.over.wait(SECONDS)
