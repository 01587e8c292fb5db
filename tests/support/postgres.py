"""A PostgreSQL server of the tests' own: in a temporary folder, reached by a socket there, gone afterwards."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
import pytest
from sqlalchemy import URL

if TYPE_CHECKING:
    from collections.abc import Iterator

USER: Final = "teacher"
_SETTINGS: Final = {"listen_addresses": "", "fsync": "off", "max_connections": "40", "shared_buffers": "16MB"}


class Server:
    """A running server."""

    def __init__(self, folder: Path, password: str) -> None:
        self.folder = folder
        self.password = password
        self._made = 0

    def url(self, database: str, password: str | None = None) -> str:
        """Give the URL of a database."""
        made = URL.create(
            "postgresql", USER, password or self.password, database=database, query={"host": str(self.folder)}
        )
        return made.render_as_string(hide_password=False)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Talk to the server, past the store."""
        return psycopg.connect(
            host=str(self.folder), user=USER, password=self.password, dbname=database, autocommit=True
        )

    @contextmanager
    def database(self, encoding: str = "UTF8") -> Iterator[str]:
        """Give the name of an empty database, which is removed afterwards."""
        self._made += 1
        name = f"store{self._made}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'")
        try:
            yield name
        finally:
            with self.connect() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _program(name: str) -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)]))
    if found is None:
        pytest.skip(f"PostgreSQL is not installed here: there is no {name}")
    return found


@contextmanager
def running() -> Iterator[Server]:
    """Start a server; skips the test where PostgreSQL is not installed."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    password = secrets.token_hex(16)
    # Not pytest's folder: another user can't enter that, and the name of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="grader-pg-") as name:
        folder = Path(name)
        data, word = folder / "data", folder / "password"
        word.write_text(password, encoding="ascii")
        account = _account()
        if account is not None:
            for path in (folder, word):
                os.chown(path, account.pw_uid, account.pw_gid)

        def run(*argv: str) -> None:
            done = subprocess.run(
                argv,
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
                check=False,
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else [],
            )
            assert done.returncode == 0, done.stdout

        run(
            initdb, "--pgdata", str(data), "--username", USER, "--pwfile", str(word), "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C", "--no-sync",
        )  # fmt: skip
        options = " ".join(
            f"-c {key}='{value}'" for key, value in (*_SETTINGS.items(), ("unix_socket_directories", name))
        )
        run(control, "start", "--wait", "--pgdata", str(data), "--log", str(folder / "log"), "--options", options)
        try:
            yield Server(folder, password)
        finally:
            run(control, "stop", "--wait", "--mode", "immediate", "--pgdata", str(data))


def _account() -> pwd.struct_passwd | None:
    """Give an account without rights: PostgreSQL refuses to be run by root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no account 'nobody'")
