"""A full disk, a lock that is never given back, a server that goes away: said, and nothing half written."""

from __future__ import annotations

import inspect
import sqlite3
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import create_engine, exc, text

from grader.core.errors import SandboxError
from grader.core.handin import Person
from grader.store import Store, StoreError, database, open_store, postgresql, sqlite
from grader.store.opening import located
from grader.store.schema import METADATA
from grader.store.trouble import explain
from tests.support.disks import small_disk
from tests.support.stores import begun, graded, make_attempt, make_exercise, make_handin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.postgres import Server

Write = tuple[str, "Callable[[Store], object]"]


def writes(grading: int, ada: int, bob: int, attempt: str) -> list[Write]:
    """Give every method that writes; `ada` is claimed by `me` under `k`, and `bob` by nobody."""
    return [
        ("add_exercise", lambda store: store.add_exercise(make_exercise(digest="new"))),
        ("add_people", lambda store: store.add_people([Person(id=f"s{number}") for number in range(50)])),
        ("begin", lambda store: store.begin("batch", "another", {})),
        ("add_handins", lambda store: store.add_handins(grading, [(make_handin(f"s{n}"), "d") for n in range(50)])),
        ("add_snapshot", lambda store: store.add_snapshot("new", b"x" * 10_000, 1, 1)),
        ("add_images", lambda store: store.add_images({"a": "b", "c": "d"})),
        ("claim", lambda store: store.claim(grading, bob, "k2", "me")),
        ("commit", lambda store: store.commit(grading, ada, "me", *make_attempt("k"))),
        ("settle", lambda store: store.settle(grading, [(bob, attempt)], "stored")),
        ("add_rescored", lambda store: store.add_rescored(grading, [(bob, *make_attempt("r", of=attempt))])),
        ("fail", lambda store: store.fail(grading, ada, "cause", 1)),
        ("beat", lambda store: store.beat("me")),
        ("add_override", lambda store: store.add_override(exercise="x", student="s", points=Decimal(1), reason="r")),
        ("withdraw_override", lambda store: store.withdraw_override(exercise="old", student="ada")),
        ("choose", lambda store: store.choose("serve-on-3000", "ada", ada)),
        ("release", lambda store: store.release(ada, "me")),
        ("release_all", lambda store: store.release_all("me")),
        ("finish", lambda store: store.finish(grading)),
    ]


def test_every_method_that_writes_is_tried() -> None:
    methods = {name: getattr(Store, name) for name in dir(Store) if not name.startswith("_")}
    found = {name for name, method in methods.items() if "self.writing()" in inspect.getsource(method)}
    assert found == {name for name, _ in writes(0, 0, 0, "")}


def prepare(store: Store) -> tuple[int, int, int, str]:
    """Put something into a store for every method to work on."""
    grading, [cyd, ada, bob] = begun(store, "cyd", "ada", "bob")
    attempt = graded(store, grading, cyd, "done")
    store.add_override(exercise="old", student="ada", points=Decimal(1), reason="r")
    assert store.claim(grading, ada, "k", "me") == "claimed"
    return grading, ada, bob, attempt


def dump(store: Store) -> dict[str, list[Any]]:
    """Give all that is in a store."""
    with store.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select()).all())) for table in METADATA.sorted_tables
        }


def refuses(store: Store, write: Callable[[Store], object], meaning: str) -> StoreError:
    before = dump(store)
    with pytest.raises(StoreError, match=meaning) as caught:
        write(store)
    assert caught.value.hint
    assert dump(store) == before
    return caught.value


@contextmanager
def reading_along(path: Path) -> Iterator[None]:
    """Look at the store all the time: its log can't be begun anew, so every write needs room."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM meta").fetchall()
        yield


def test_every_method_on_a_full_disk() -> None:
    with small_disk() as disk, open_store(str(disk.folder / "grader.db")) as store:
        known = prepare(store)
        with reading_along(disk.folder / "grader.db"):
            disk.fill()
            for _, write in writes(*known):
                error = refuses(store, write, "is full")
                assert isinstance(error, SandboxError)
                assert "Make room on its disk" in (error.hint or "")
            assert store.result_json(known[3])
            disk.free()
            for _, write in writes(*known):
                write(store)
        assert store.choices() == {("serve-on-3000", "ada"): known[1]}
        assert [how for _, _, how in store.items(known[0])][:3] == ["ran", "ran", "stored"]


def test_opening_on_a_full_disk() -> None:
    with small_disk() as disk:
        old, new = str(disk.folder / "old.db"), str(disk.folder / "new.db")
        with open_store(old) as store:
            prepare(store)
            before = dump(store)
        disk.fill()
        for path in (old, new):
            with pytest.raises(StoreError) as caught, open_store(path):
                pass
            assert "full" in f"{caught.value.message}{caught.value.hint}"
        disk.free()
        with open_store(old) as store:
            assert dump(store) == before
        with open_store(new) as store:
            prepare(store)


def test_a_disk_that_fills_while_a_store_grows(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "grader.db")) as store:
        known = prepare(store)

        def allow(pages: int) -> None:
            with store.reading() as connection:
                connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

        with store.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
        allow(pages + 2)
        made = 0
        with pytest.raises(StoreError, match="is full"):  # noqa: PT012 - until it is full
            while made < 100:
                before = dump(store)
                store.add_handins(known[0], [(make_handin(f"s{made}-{number}"), "d") for number in range(20)])
                made += 1
        assert dump(store) == before
        allow(pages * 100)
        store.add_handins(known[0], [(make_handin("more"), "d")])


@contextmanager
def held(url: str) -> Iterator[None]:
    """Hold the lock that writers need."""
    engine = create_engine(located(url))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.isolation_level = None
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT version FROM meta FOR UPDATE"))
        yield
        connection.rollback()
    engine.dispose()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for others hardly at all."""
    for module in (database, sqlite, postgresql):
        monkeypatch.setattr(module, "PATIENCE", 0.02)


@pytest.mark.usefixtures("impatient")
def test_every_method_while_another_holds_the_lock(url: str) -> None:
    with open_store(url) as store:
        known = prepare(store)
        with held(url):
            for _, write in writes(*known):
                refuses(store, write, "has been held by another program")
            # Whoever reads waits for nobody.
            assert store.pending(known[0])
        for _, write in writes(*known):
            write(store)


THROW_OUT: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


def test_a_server_that_throws_everybody_out(server: Server) -> None:
    with server.database() as name, open_store(server.url(name)) as store:
        known = prepare(store)

        def interrupted(store: Store) -> None:
            with store.writing() as connection:
                connection.execute(text("DELETE FROM journal"))
                with server.connect() as other:
                    other.execute(THROW_OUT, [name])
                connection.execute(text("DELETE FROM items"))

        error = refuses(store, interrupted, "can't be reached")
        assert server.password not in f"{error.message}{error.hint}"
        with server.connect() as other:
            other.execute(THROW_OUT, [name])
        for _, write in writes(*known):
            write(store)


def test_a_server_that_is_gone(server: Server) -> None:
    with server.database() as name, open_store(server.url(name)) as store:
        prepare(store)
        with server.connect() as other:
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            other.execute(THROW_OUT, [name])
            with pytest.raises(StoreError, match="can't be reached"):
                store.beat("me")
            with pytest.raises(StoreError, match="can't be reached"):
                store.gradings()
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        store.beat("me")


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("database or disk is full", "is full"),
        ('could not extend file "base/1": No space left on device', "is full"),
        ("database is locked", "has been held"),
        ("canceling statement due to lock timeout", "has been held"),
        ("attempt to write a readonly database", "can't be written"),
        ("cannot execute INSERT in a read-only transaction", "can't be written"),
        ("permission denied for table meta", "can't be written"),
        ("database disk image is malformed", "is damaged"),
        ("disk I/O error", "can't be opened"),
        ("server closed the connection unexpectedly", "can't be reached"),
        ("something new", "does not work"),
    ],
)
def test_what_databases_say(said: str, meaning: str) -> None:
    secret = "hunter2"  # noqa: S105 - it is to be found nowhere
    error = explain(exc.OperationalError("SELECT work", {}, Exception(f"{said} {secret}")), "/x/grader.db", secret)
    assert meaning in error.message
    assert "/x/grader.db" in error.message
    assert error.hint
    assert not any(word in f"{error.message}{error.hint}" for word in (secret, "SELECT"))
