"""Work that is begun before its outcome is asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Ahead(Generic[T]):
    """One call in a thread; its outcome, value or exception, is kept until asked for."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._values: list[T] = []
        self._error: BaseException | None = None
        # Not Thread.join(): a Ctrl-C while it waits makes it take the thread for ended (gh-90882).
        self._over = threading.Event()
        threading.Thread(target=self._run, name="ahead", daemon=True).start()

    def _run(self) -> None:
        try:
            self._values.append(self._call())
        except BaseException as error:  # noqa: BLE001 - it is raised again where the outcome is asked for
            self._error = error
        finally:
            self._over.set()

    def join(self) -> None:
        """Wait until the call is over, whatever its outcome."""
        self._over.wait()

    def result(self) -> T:
        """Wait for the value; raises what the call raised."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._values[0]
