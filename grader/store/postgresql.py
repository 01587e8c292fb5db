"""Stores in PostgreSQL: several machines may share one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event

from grader.core.errors import UsageError
from grader.store.database import PATIENCE, or_closed

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

_GONE: Final = 60
"""Seconds after which one who says nothing in the middle of a transaction is given up."""


def connected(url: URL, name: str) -> Engine:
    """Give an engine; `name` is what people may read of its URL. Raises UsageError without psycopg."""
    wanted = {"connect_timeout": 10, "application_name": "grader"}
    arguments = {key: value for key, value in wanted.items() if key not in url.query}
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, max_overflow=-1, connect_args=arguments)
    except ModuleNotFoundError:
        raise UsageError(
            "a store in PostgreSQL needs psycopg, which is not installed", hint="pip install 'grader[postgres]'"
        ) from None

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        with or_closed(connection):
            encoding = connection.info.parameter_status("server_encoding")
            if encoding != "UTF8":
                raise UsageError(
                    f"the database {name} keeps text as {encoding}, which has no room for all names",
                    hint="Make one with: createdb -E UTF8 -T template0 NAME",
                )
            # Nobody waits for ever, and nobody who vanished holds up the others for ever.
            settings = {
                "lock_timeout": f"{PATIENCE}s",
                "idle_in_transaction_session_timeout": f"{_GONE}s",
                "synchronous_commit": "on",
            }
            for key, value in settings.items():
                connection.execute(f"SET {key} = '{value}'")
            connection.commit()

    return engine
