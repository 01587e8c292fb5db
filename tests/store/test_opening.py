from __future__ import annotations

import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from grader.core.errors import GraderError, UsageError
from grader.store import StoreError, open_store, sqlite
from grader.store.opening import located, shown
from tests.support.disks import small_disk

if TYPE_CHECKING:
    from tests.support.postgres import Server


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(url: str | None, *, must_exist: bool = False) -> GraderError:
    with pytest.raises(GraderError) as caught, open_store(url, must_exist=must_exist):
        pass
    assert caught.value.hint
    return caught.value


def test_where_it_is(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store() as store:
        assert store.name == str(here / "grader.db")
    monkeypatch.setenv("GRADER_STORE", "of-variable.db")
    with open_store() as store:
        assert store.name == str(here / "of-variable.db")
    with open_store("of option.db?x#y") as store:
        assert store.name == str(here / "of option.db?x#y")
    with open_store(f"sqlite:///{here}/of-url.db") as store:
        store.add_images({"a": "b"})
    with open_store("of-url.db", must_exist=True) as store:
        assert store.images() == {"a": "b"}
    monkeypatch.setenv("GRADER_STORE", "")
    assert located(None).database == str(here / "grader.db")
    assert sorted(path.name for path in here.iterdir()) == [
        "grader.db",
        "of option.db?x#y",
        "of-url.db",
        "of-variable.db",
    ]


def test_only_its_owner_reads_it(here: Path) -> None:
    before = os.umask(0)
    try:
        with open_store("grader.db") as store:
            store.add_images({"a": "b"})
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in here.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"grader.db": 0o600, "grader.db-wal": 0o600, "grader.db-shm": 0o600}


def test_what_is_there_keeps_its_mode(here: Path) -> None:
    path = here / "grader.db"
    path.touch()
    path.chmod(0o640)
    with open_store(str(path)):
        pass
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_transactions_are_on_the_disk(here: Path) -> None:
    with open_store(str(here / "grader.db")) as store, store.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        assert store.warnings == ()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 60_000}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "--store is empty"),
        ("sqlite://", "--store names no file"),
        ("sqlite:///:memory:", "--store names no file"),
        ("sqlite:///a.db?mode=ro", "--store names no file"),
        ("a\0b", "--store names no file"),
        ("mysql://ada:hunter2@host/db", "there are no stores in 'mysql', only in SQLite and PostgreSQL"),
        ("://ada:hunter2@host", "--store is no URL of a database"),
        ("postgresql://ada:hunter2@host:port/db", "--store is no URL of a database"),
        ("no/such/folder/grader.db", "the folder for the store is not there"),
        (".", "a store is a file, and"),
    ],
)
def test_what_is_no_address(url: str, message: str, here: Path) -> None:
    error = refused(url)
    assert isinstance(error, UsageError)
    assert message in error.message
    assert "hunter2" not in f"{error.message}{error.hint}"
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", ["none.db", "folder/none.db"])
def test_what_must_exist(name: str, here: Path) -> None:
    error = refused(name, must_exist=True)
    assert "there is no store at" in error.message
    assert error.hint == "`grader batch` makes one."
    assert list(here.iterdir()) == []


def test_an_empty_database_is_no_store_yet(url: str) -> None:
    if "://" not in url:
        Path(url).touch()
    assert "there is no store at" in refused(url, must_exist=True).message
    with open_store(url):
        pass
    with open_store(url, must_exist=True) as store:
        assert store.gradings() == []


@pytest.mark.parametrize("content", [b"points,ada\n", b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_another_file_is_left_as_it_is(here: Path, content: bytes) -> None:
    path = here / "grades.csv"
    path.write_bytes(content)
    for must_exist in (False, True):
        error = refused(str(path), must_exist=must_exist)
        assert "no store" in error.message
    assert path.read_bytes() == content
    assert list(here.iterdir()) == [path]


def test_another_database_is_left_as_it_is(here: Path) -> None:
    path = here / "other.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE meta (version INTEGER)")
    before = path.read_bytes()
    assert isinstance(refused(str(path)), UsageError)
    assert path.read_bytes() == before


def test_another_database_of_the_server_is_left_as_it_is(server: Server) -> None:
    with server.database() as name:
        with server.connect(name) as connection:
            connection.execute("CREATE TABLE gradings (id INTEGER)")
        assert "holds something else" in refused(server.url(name)).message


def test_a_damaged_store_is_left_as_it_is(here: Path) -> None:
    path = here / "grader.db"
    with open_store(str(path)):
        pass
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    before = path.read_bytes()
    error = refused(str(path))
    assert isinstance(error, StoreError)
    assert "is damaged, or no store at all" in error.message
    assert "backup" in (error.hint or "")
    assert path.read_bytes() == before


def test_a_store_that_can_not_be_written() -> None:
    with small_disk() as disk:
        path = disk.folder / "grader.db"
        with open_store(str(path)):
            pass
        with disk.read_only():
            error = refused(str(path))
            assert isinstance(error, StoreError)
            assert "can't be" in error.message
            assert isinstance(refused(str(disk.folder / "new.db")), StoreError)
        with open_store(str(path)) as store:
            store.add_images({"a": "b"})


def test_a_store_on_a_network_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store("grader.db"):
        pass
    monkeypatch.setattr(sqlite, "network", lambda _: "nfs4")
    with open_store("grader.db") as store:
        [warning] = store.warnings
        assert f"The store {here}/grader.db can't use SQLite's write-ahead log" in warning
        assert "on a network (nfs4)" in warning
        store.add_images({"a": "b"})
        assert not (here / "grader.db-wal").exists()
    monkeypatch.undo()
    with open_store(str(here / "grader.db")) as store:
        assert (store.warnings, store.images()) == ((), {"a": "b"})


def test_which_file_systems_are_networks(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Partition:
        def __init__(self, mountpoint: str, fstype: str) -> None:
            self.mountpoint, self.fstype = mountpoint, fstype

    inner = here / "inner"
    inner.mkdir()
    mounted = [Partition(str(here), "nfs"), Partition("/", "ext4"), Partition(str(inner), "ext4")]
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: mounted)
    assert sqlite.network(here / "grader.db") == "nfs"
    assert sqlite.network(inner / "grader.db") is None
    assert sqlite.network(Path("/grader.db")) is None


PASSWORD = "p@ss/wörd"  # noqa: S105 - it is to be found nowhere


def test_no_password_is_shown() -> None:
    for url in (
        f"postgresql://ada:{quote(PASSWORD)}@host:1/db?sslmode=disable",
        f"postgres://ada@host/db?password={quote(PASSWORD)}",
    ):
        found = located(url)
        assert found.password == PASSWORD
        assert shown(found) in {"postgresql://ada:***@host:1/db", "postgresql://ada:***@host/db"}


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    error = refused(f"postgresql://ada:{quote(PASSWORD)}@/db?host={tmp_path}")
    assert isinstance(error, StoreError)
    assert "the store postgresql://ada:***@/db can't be reached" in error.message
    assert PASSWORD not in f"{error.message}{error.hint}"


def test_a_server_that_lets_nobody_in(server: Server) -> None:
    error = refused(server.url("postgres", password=PASSWORD))
    assert isinstance(error, StoreError)
    assert "does not let you in" in error.message
    assert PASSWORD not in f"{error.message}{error.hint}"
    error = refused(server.url("nosuch"))
    assert "createdb" in (error.hint or "")
    assert server.password not in f"{error.message}{error.hint}"


def test_a_database_that_has_no_room_for_all_names(server: Server) -> None:
    with server.database("LATIN1") as name:
        error = refused(server.url(name))
        assert isinstance(error, UsageError)
        assert "keeps text as LATIN1" in error.message


def test_without_psycopg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refused("postgresql://ada@host/db")
    assert isinstance(error, UsageError)
    assert error.hint == "pip install 'grader[postgres]'"


def test_a_store_stays_with_its_process(url: str) -> None:
    with open_store(url) as store:
        store._pid += 1
        with pytest.raises(RuntimeError, match="open it there"):
            store.images()
