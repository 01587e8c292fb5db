"""The database of attempts: journalled before they start, committed whole when they end.

A store is a file (SQLite) or a database of PostgreSQL. It may be used by several threads, and by several processes at
once, each of which opens it for itself. Every method is one transaction: it happens whole, or raises and has changed
nothing. What the machine is to blame for is a StoreError, which is a SandboxError, and says what to do.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.store.attempts import Attempts
from grader.store.catalogue import Catalogue
from grader.store.decisions import Decisions
from grader.store.gradings import Gradings
from grader.store.journal import Journal, Lost
from grader.store.opening import located, prepared, shown
from grader.store.trouble import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Store(Catalogue, Gradings, Journal, Attempts, Decisions):
    """Everything that batches found, and what people made of it."""


@contextmanager
def open_store(url: str | None = None, *, must_exist: bool = False) -> Iterator[Store]:
    """Open the store at a path or URL, or at $GRADER_STORE, or grader.db here; make it unless `must_exist`.

    Raises UsageError if there is none, or something else, or one of a newer version of grader.
    """
    where = located(url)
    engine, warnings = prepared(where, must_exist=must_exist)
    try:
        yield Store(engine, shown(where), warnings)
    finally:
        engine.dispose()


__all__ = ["Lost", "Store", "StoreError", "open_store"]
