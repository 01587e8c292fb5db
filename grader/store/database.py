"""Transactions: every method of the store is one, whole or not at all."""

from __future__ import annotations

import itertools
import os
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import func, select

from grader.store import migrations
from grader.store.schema import META
from grader.store.trouble import StoreError, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Engine

WRITES: Final = "grader_writes"
"""The option of a connection whose transaction is going to write."""
PATIENCE: Final = 60
"""Seconds to wait for other writers."""
_T = TypeVar("_T")


class Database:
    """A store's database, shared by threads, and with other processes by themselves."""

    def __init__(self, engine: Engine, name: str, warnings: tuple[str, ...] = ()) -> None:
        self.name = name
        """Where it is, without any password."""
        self.url = engine.url.render_as_string(hide_password=False)
        """What opens it in another process, with the password."""
        self.warnings = warnings
        """What a person should know of it who trusts their results to it."""
        self._engine = engine
        self._pid = os.getpid()
        # One of our writers waits in the database at a time, all others here, in order.
        self._writer = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Look at one state of the store."""
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Change the store, with no other writer at the same time in any process: all of it, or on an error nothing."""
        with self._writer, self._told():
            connection = self._engine.connect().execution_options(**{WRITES: True})
            with connection, connection.begin():
                # Who writes first waits here for the others, and sees all that they wrote.
                version = connection.scalar(select(META.c.version).with_for_update())
                if version != migrations.current():
                    raise StoreError(
                        f"the store {self.name} was made over by another version of grader meanwhile",
                        hint="Run the same command again, with that version.",
                    )
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        if self._pid != os.getpid():
            raise RuntimeError("a store can't be taken along into a child process: open it there")
        with told(self.name, self._engine.url.password):
            yield


@contextmanager
def or_closed(connection: Any) -> Iterator[None]:
    """Close a new connection if it can't be used as it must be: nobody else would."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def now(connection: Connection) -> datetime:
    """Give the time, by the one clock that all who share the store can read."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    found = connection.scalar(select(func.clock_timestamp()))
    assert isinstance(found, datetime)  # noqa: S101 - what the function of this name gives
    return found.astimezone(UTC)


def chunks(values: Iterable[_T], size: int = 500) -> Iterator[list[_T]]:
    """Cut into pieces that a statement can name."""
    iterator = iter(values)
    while piece := list(itertools.islice(iterator, size)):
        yield piece
