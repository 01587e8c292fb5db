"""A command in a process group of its own, which is interrupted, or killed, while it works."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal, Self

from tests.support.left import MARK, marked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


What = Literal["main", "group", "all"]
WHAT: Final[tuple[What, ...]] = ("main", "group", "all")
_ROUNDS: Final = 5


class Victim:
    """One run of a command; what it says goes to the end of a log. Its environment has a mark."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._mark = environment[MARK]
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill("all")

    def still_there(self, seconds: float) -> bool:
        """Say whether it still runs after some time."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.poll() is None

    def kill(self, what: What = "main") -> None:
        """Kill it, or every process in its group, or all that it has ever started, and wait until it is gone."""
        if what == "all":
            self._kill_all()
        elif what == "group":
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()

    def _kill_all(self) -> None:
        # All are stopped first, so that none gets to clean up because another one is gone.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for _ in range(_ROUNDS):  # some start others at this moment
                for process in marked(self._mark):
                    with suppress(ProcessLookupError):
                        os.kill(process, number)

    def interrupt(self) -> None:
        """Send what Ctrl-C on its terminal would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)

    def end(self, seconds: float = 3600) -> int:
        """Wait until it has come to its end by itself; gives its exit code."""
        end = time.monotonic() + seconds
        return self.process.wait(max(end - time.monotonic(), 1))
