"""From a path or a URL to a database that is a store of this version."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError

from grader.core.errors import UsageError
from grader.store import migrations, postgresql, sqlite
from grader.store.database import WRITES
from grader.store.trouble import told

if TYPE_CHECKING:
    from sqlalchemy import Engine

VARIABLE: Final = "GRADER_STORE"
DEFAULT: Final = "grader.db"
_HELP: Final = "Give the path of a file, or a URL such as postgresql://user@host/database."
_LOCK: Final = 0x67726472
"""Who makes or migrates a store in PostgreSQL holds this."""


def located(given: str | None) -> URL:
    """Say which database is meant. Raises UsageError if none is."""
    value = os.environ.get(VARIABLE) or DEFAULT if given is None else given
    if not value:
        raise UsageError("--store is empty", hint=_HELP)
    if "://" not in value:
        return _file(value)
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        # The text itself may hold a password.
        raise UsageError("--store is no URL of a database", hint=_HELP) from None
    dialect = url.drivername.partition("+")[0]
    if dialect == "sqlite":
        if not url.database or url.database == ":memory:" or url.query:
            raise UsageError("--store names no file", hint="Write sqlite:///PATH, or the path alone.")
        return _file(url.database)
    if dialect not in {"postgresql", "postgres"}:
        raise UsageError(f"there are no stores in '{dialect}', only in SQLite and PostgreSQL", hint=_HELP)
    query = dict(url.query)
    secret = query.pop("password", url.password)
    return url.set(drivername="postgresql+psycopg", query=query, password=secret if isinstance(secret, str) else None)


def _file(path: str) -> URL:
    if "\0" in path:
        raise UsageError("--store names no file", hint=_HELP)
    return URL.create("sqlite", database=str(Path(path).expanduser().absolute()))


def shown(url: URL) -> str:
    """Name a store to a person: no password, and no settings, among which one may be."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(query={}, drivername="postgresql").render_as_string(hide_password=True)


def prepared(url: URL, *, must_exist: bool) -> tuple[Engine, tuple[str, ...]]:
    """Connect, and make or migrate the tables; gives what a person should know of it, too."""
    path = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    if path is not None:
        sqlite.find(path, must_exist=must_exist)
    engine = postgresql.connected(url, shown(url)) if path is None else sqlite.connected(url)
    try:
        with told(shown(url), url.password):
            found = _version(engine, shown(url), must_exist=must_exist)
            # Only now is anything written: what is no store has been left as it is.
            warnings = () if path is None else sqlite.journalled(engine, path)
            if found != migrations.current():
                _make(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine, warnings


def _version(engine: Engine, name: str, *, must_exist: bool) -> int | None:
    try:
        with engine.connect() as connection:
            found = migrations.state(connection)
    except DatabaseError as error:
        if "file is not a database" not in str(error.orig):
            raise
        raise UsageError(
            f"{name} is no store, and has been left as it is", hint="Give the path of another file."
        ) from None
    if found is None and must_exist:
        raise UsageError(f"there is no store at {name}", hint="`grader batch` makes one.")
    return found


def _make(engine: Engine) -> None:
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Looked at again: another process may have done it meanwhile.
        migrations.bring_up(connection)
