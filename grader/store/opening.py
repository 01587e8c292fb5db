"""From a path or a URL to a database that is a store of this version."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from grader.core.errors import UsageError
from grader.store import files, migrations
from grader.store.database import WRITES
from grader.store.trouble import explain, told

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

VARIABLE: Final = "GRADER_STORE"
DEFAULT: Final = "grader.db"
PATIENCE: Final = 60
"""Seconds to wait for other writers."""
_HELP: Final = "Give the path of a file, or a URL such as postgresql://user@host/database."
_LOCK: Final = 0x67726472
"""Who makes or migrates a store in PostgreSQL holds this."""


def located(given: str | None) -> URL:
    """Say which database is meant. Raises UsageError if none is."""
    value = os.environ.get(VARIABLE) or DEFAULT if given is None else given
    if not value:
        raise UsageError("--store is empty", hint=_HELP)
    if "://" not in value:
        return URL.create("sqlite", database=str(Path(value).expanduser().absolute()))
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        # The text itself may hold a password.
        raise UsageError("--store is no URL of a database", hint=_HELP) from None
    dialect = url.drivername.partition("+")[0]
    if dialect == "sqlite":
        if not url.database or url.database == ":memory:" or url.query:
            raise UsageError("--store names no file", hint="Write sqlite:///PATH, or the path alone.")
        return URL.create("sqlite", database=str(Path(url.database).absolute()))
    if dialect not in {"postgresql", "postgres"}:
        raise UsageError(f"there are no stores in '{dialect}', only in SQLite and PostgreSQL", hint=_HELP)
    query = dict(url.query)
    secret = query.pop("password", url.password)
    return url.set(drivername="postgresql+psycopg", query=query, password=secret if isinstance(secret, str) else None)


def shown(url: URL) -> str:
    """Name a store to a person: no password, and no settings, among which one may be."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(query={}, drivername="postgresql").render_as_string(hide_password=True)


def prepared(url: URL, *, must_exist: bool) -> tuple[Engine, tuple[str, ...]]:
    """Connect, and make or migrate the tables; gives what a person should know of it, too."""
    if url.get_backend_name() != "sqlite":
        engine = _postgresql(url)
        warnings: tuple[str, ...] = ()
    else:
        path = Path(url.database or "")
        files.check(path, must_exist=must_exist)
        engine = _sqlite(url)
        with told(shown(url)):
            warnings = _journalled(engine, path)
    try:
        with told(shown(url), url.password):
            _make(engine, shown(url), must_exist=must_exist)
    except BaseException:
        engine.dispose()
        raise
    return engine, warnings


def _make(engine: Engine, name: str, *, must_exist: bool) -> None:
    with engine.connect() as connection:
        found = migrations.state(connection)
    if found is None and must_exist:
        raise UsageError(f"there is no store at {name}", hint="`grader batch` makes one.")
    if found == migrations.current():
        return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Looked at again: another process may have done it meanwhile.
        migrations.bring_up(connection)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE}, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # Python's module would begin transactions by itself, and too late for reading and writing to be one.
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that has read before it asks for the lock could not get it any more.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _journalled(engine: Engine, path: Path) -> tuple[str, ...]:
    """Choose how SQLite keeps transactions whole; says so if it is not the way that lets readers and writers be."""
    network = files.network(path)
    wanted = "DELETE" if network else "WAL"
    raw = engine.raw_connection()
    try:
        mode = str(raw.cursor().execute(f"PRAGMA journal_mode={wanted}").fetchone()[0])
    except Exception as error:
        raise explain(error, str(path)) from error
    finally:
        raw.close()
    if mode.upper() == "WAL":
        return ()
    why = f"its folder is on a network ({network})" if network else "its file system does not allow it"
    warning = (
        f"The store {path} can't use SQLite's write-ahead log, since {why}. It is as safe without, as long as locks "
        "work there, but commands wait for each other. Better keep it on a disk of this machine, or in PostgreSQL."
    )
    return (warning,)


def _postgresql(url: URL) -> Engine:
    wanted = {"connect_timeout": 10, "application_name": "grader"}
    arguments = {name: value for name, value in wanted.items() if name not in url.query}
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, max_overflow=-1, connect_args=arguments)
    except ModuleNotFoundError:
        raise UsageError(
            "a store in PostgreSQL needs psycopg, which is not installed", hint="pip install 'grader[postgres]'"
        ) from None

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise UsageError(
                f"the database {shown(url)} keeps text as {encoding}, which has no room for all names",
                hint="Make one with: createdb -E UTF8 -T template0 NAME",
            )
        # Nobody waits for ever, and who vanishes in the middle of a transaction holds up the others for a minute.
        settings = {
            "lock_timeout": f"{PATIENCE}s",
            "idle_in_transaction_session_timeout": f"{PATIENCE}s",
            "synchronous_commit": "on",
        }
        for name, value in settings.items():
            connection.execute(f"SET {name} = '{value}'")
        connection.commit()

    return engine
