"""Ctrl-C and its like, counted instead of thrown: how often a batch is asked to end says what it still finishes."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Asked:
    """How often somebody has asked for the end: once to start nothing new, twice to stop, three times to drop all."""

    def __init__(self) -> None:
        self.times = 0

    def __bool__(self) -> bool:
        return self.times > 0

    @property
    def to_stop(self) -> bool:
        """Whether what runs is to be stopped too."""
        return self.times > 1

    @property
    def to_drop(self) -> bool:
        """Whether not even cleaning up is to be waited for."""
        return self.times > 2  # noqa: PLR2004 - whoever asks for the third time means it

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count what comes while the block runs. SIGTERM, and SIGHUP unless it is ignored, count as two."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is with nohup
            numbers.append(signal.SIGHUP)
        previous = {number: signal.signal(number, self._heard) for number in numbers}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _heard(self, number: int, _frame: object) -> None:
        self.times = self.times + 1 if number == signal.SIGINT else max(self.times, 2)
