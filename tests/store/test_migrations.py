"""From every version to today's: version 1 is kept in `versions/`, as its tables were made."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import create_engine, inspect, text

from grader.core.errors import UsageError
from grader.store import StoreError, migrations, open_store
from grader.store.opening import located
from tests.support.stores import begun, graded

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from grader.store import Store

VERSIONS: Final = Path(__file__).parent / "versions"
PLANT: Final = """
INSERT INTO meta (version) VALUES (1);
INSERT INTO exercises (digest, id, title, max_score, file, used_at)
    VALUES ('eee', 'x', 'An exercise', '2.50', '{"id": "x"}', :at);
INSERT INTO people (id, data, seq) VALUES ('ada', '{"id": "ada", "name": "Ada"}', 1);
INSERT INTO gradings (kind, identity, settings, grader_version, started_at)
    VALUES ('batch', 'same', '{}', '0.1.0', :at);
INSERT INTO handins (exercise, student, digest, label, path, received_by, notes, first_seen)
    VALUES ('x', 'ada', 'ddd', 'ada', '"/class/ada"', 'file', '["late"]', :at);
INSERT INTO attempts (id, grading, handin, kind, key, exercise_digest, status, score, max_score, started_at,
    finished_at, grader_version, result)
    VALUES ('abcd', 1, 1, 'ran', 'key', 'eee', 'graded', '0.1', '2.50', :at, :at, '0.1.0', :result);
INSERT INTO items (grading, handin, attempt, how) VALUES (1, 1, 'abcd', 'ran');
INSERT INTO overrides (exercise, student, "check", points, reason, author, at)
    VALUES ('x', 'ada', 'builds', '1', 'copied', 'me', :at);
"""


def past(url: str) -> Engine:
    """Talk to the database, past the store."""
    return create_engine(located(url))


def plant(url: str) -> None:
    """Make a store of version 1."""
    engine = past(url)
    with engine.begin() as connection:
        for statement in (VERSIONS / f"1.{engine.dialect.name}.sql").read_text(encoding="utf-8").split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        for statement in PLANT.split(";"):
            if statement.strip():
                # The colon of a document is no parameter's.
                escaped = statement.replace('": ', '"\\: ')
                values = {"at": "2026-03-01T12:00:00.000000+00:00", "result": b"x"}
                used = {name: value for name, value in values.items() if f":{name}" in statement}
                connection.execute(text(escaped), used)
    engine.dispose()


def shape(url: str) -> dict[str, Any]:
    """Give everything that a database says of its tables."""
    engine = past(url)
    found = inspect(engine)
    made = {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)],
            found.get_pk_constraint(table)["constrained_columns"],
            sorted((key["constrained_columns"], key["referred_table"]) for key in found.get_foreign_keys(table)),
            sorted((index["column_names"], index["unique"]) for index in found.get_indexes(table)),
            sorted(unique["column_names"] for unique in found.get_unique_constraints(table)),
        )
        for table in found.get_table_names()
    }
    engine.dispose()
    return made


def version(url: str) -> int:
    engine = past(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version FROM meta")).scalar_one()
    engine.dispose()
    assert isinstance(found, int)
    return found


def test_version_1_is_brought_up_with_all_that_is_in_it(url: str) -> None:
    plant(url)
    with open_store(url, must_exist=True) as store:
        [attempt] = store.attempts()
        assert (attempt.id, attempt.student, str(attempt.score), attempt.received_at) == ("abcd", "ada", "0.1", None)
        assert store.begin("batch", "same", {})[1]
        assert [row.notes for row, _, _ in store.items(1)] == [("late",)]
        assert [person.name for person in store.people()] == ["Ada"]
        assert [(row.check, str(row.points)) for row in store.overrides()] == [("builds", "1")]
        latest = store.latest_exercise("x")
        assert latest is not None
        assert latest.file == {"id": "x"}
        _, [handin] = begun(store, "bob")
        graded(store, 1, handin, "another")
    assert version(url) == migrations.current()


def test_the_way_leads_to_the_tables_of_today(url: str) -> None:
    plant(url)
    with open_store(url):
        pass
    old = shape(url)
    engine = past(url)
    with engine.begin() as connection:
        for table in old:
            connection.exec_driver_sql(
                f"DROP TABLE {table}" + (" CASCADE" if "postgres" in engine.url.drivername else "")
            )
    engine.dispose()
    with open_store(url):
        pass
    assert shape(url) == old


def add_a_column(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE handins ADD COLUMN extra TEXT")
    connection.exec_driver_sql("UPDATE handins SET extra = 'of ' || student")


def stumble(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE overrides")
    connection.exec_driver_sql("UPDATE nothing SET extra = 1")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[Connection], None]]:
    """Steps beyond today's version, for a test to fill."""
    made = list(migrations.STEPS)
    monkeypatch.setattr(migrations, "STEPS", made)
    return made


def test_steps_are_taken_once_and_in_order(url: str, steps: list[Callable[[Connection], None]]) -> None:
    plant(url)
    taken: list[int] = []
    steps += [add_a_column, lambda _: taken.append(3), lambda _: taken.append(4)]
    for _ in range(2):
        with open_store(url) as store, store.reading() as connection:
            assert connection.scalar(text("SELECT extra FROM handins")) == "of ada"
    assert taken == [3, 4]
    assert version(url) == migrations.current() == 4


def test_a_step_that_fails_leaves_everything_as_it_was(url: str, steps: list[Callable[[Connection], None]]) -> None:
    plant(url)
    before = shape(url)
    steps += [add_a_column, stumble]
    with pytest.raises(StoreError), open_store(url):
        pass
    assert version(url) == 1
    assert shape(url) == before
    steps.pop()
    with open_store(url) as store:
        assert [row.id for row in store.handins()] == [1]


def test_several_that_open_an_old_store_migrate_it_once(url: str, steps: list[Callable[[Connection], None]]) -> None:
    plant(url)
    taken: list[str] = []
    steps += [add_a_column, lambda _: taken.append(threading.current_thread().name)]
    together(url, 4)
    assert len(taken) == 1


def test_several_make_one_store(url: str) -> None:
    together(url, 6)
    assert version(url) == migrations.current()


def together(url: str, number: int) -> None:
    barrier = threading.Barrier(number)
    errors: list[BaseException] = []

    def opens() -> None:
        try:
            barrier.wait()
            with open_store(url) as store:
                store.add_images({threading.current_thread().name: "id"})
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=opens) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with open_store(url) as store:
        assert len(store.images()) == number


def test_a_newer_store_is_left_as_it_is(url: str, steps: list[Callable[[Connection], None]]) -> None:
    steps.append(add_a_column)
    with open_store(url):
        pass
    steps.pop()
    before = shape(url)
    with pytest.raises(UsageError, match="of version 2, and this grader knows versions up to 1"), open_store(url):
        pass
    assert (version(url), shape(url)) == (2, before)


def test_a_store_made_over_meanwhile_is_not_written(store: Store) -> None:
    store.add_images({"a": "1"})
    with store.writing() as connection:
        connection.execute(text("UPDATE meta SET version = version + 1"))
    with pytest.raises(StoreError, match="by another version of grader"):
        store.add_images({"a": "2"})
    assert store.images() == {"a": "1"}
