"""Writing results down where that may not be possible for a moment: the disk is full, the database is away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

from grader.core.errors import SandboxError
from grader.store import Lost

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.batch.tally import Watcher

_T = TypeVar("_T")
_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries: an attempt's result is worth waiting for; after half a minute a person should look."""


def patiently(work: Callable[[], _T], watcher: Watcher) -> _T:
    """Have the store do something, several times if need be.

    Raises SandboxError when it can't be done in the end, and Lost at once.
    """
    for pause in _PAUSES:
        try:
            return work()
        except Lost:
            raise
        except SandboxError as error:
            watcher.note(f"{error.message}; trying again in {pause:g} s")
            time.sleep(pause)
    return work()
