"""Versions of the schema, and the way from each to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, inspect, select, update

from grader.core.errors import UsageError
from grader.store.schema import META, METADATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

STEPS: Final[list[Callable[[Connection], None]]] = []
"""The first one makes version 2 of version 1, and so on. A step is never changed once it was released, and uses SQL of
its own, never the tables of `schema`, which are those of the newest version."""


def current() -> int:
    """Give the version that `schema` describes."""
    return len(STEPS) + 1


def state(connection: Connection) -> int | None:
    """Give the version of a store; None: the database is empty. Raises UsageError for anything else."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if not {META.name, "gradings", "attempts"} <= tables:
        raise UsageError(
            "this database holds something else, and no results of grader", hint="Give grader one of its own."
        )
    version = connection.scalar(select(META.c.version))
    if not isinstance(version, int) or version < 1:
        raise UsageError("this store does not say of which version it is", hint="Put a backup in its place.")
    if version > current():
        raise UsageError(
            f"this store is of version {version}, and this grader knows versions up to {current()}",
            hint="Use the newer grader that made it. Nothing has been changed.",
        )
    return version


def bring_up(connection: Connection) -> None:
    """Make the tables in an empty database, or those of an older version those of today, in the open transaction."""
    if state(connection) is None:
        METADATA.create_all(connection)
        connection.execute(insert(META).values(version=current()))
        return
    # As every writer does first: whoever is writing now comes to an end, and those after see the new version.
    connection.execute(select(META.c.version).with_for_update())
    version = state(connection) or current()
    for step in STEPS[version - 1 :]:
        step(connection)
    connection.execute(update(META).values(version=current()))
