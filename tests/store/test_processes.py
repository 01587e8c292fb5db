"""Several processes on one store, and what is left of it when they are killed."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from grader.store import Store, open_store
from grader.store.schema import ATTEMPTS, JOURNAL
from tests.support.claimers import key_of
from tests.support.stores import begun, graded

if TYPE_CHECKING:
    from pathlib import Path


def start(url: str, *argv: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.claimers", *map(str, argv)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "GRADER_STORE": url},
    )


def check(store: Store, grading: int) -> None:
    """Nothing is lost, nothing done twice, and nobody claims anything any more."""
    items = list(store.items(grading))
    keys = {row.id: key_of(row) for row, _, _ in items}
    attempts = {row.id: row for row in store.attempts()}
    assert set(Counter(row.key for row in attempts.values()).values()) == {1}
    assert {row.key for row in attempts.values()} == set(keys.values())
    for row, attempt, how in items:
        assert attempt is not None
        assert attempts[attempt].key == keys[row.id]
        assert how == ("ran" if attempts[attempt].handin == row.id else "stored")
    assert [name for name, _ in store.results(attempts)] == list(attempts)
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(JOURNAL)) == 0
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_several_processes_do_everything_once(url: str) -> None:
    with open_store(url) as store:
        grading, ids = begun(store, *(f"s{number}" for number in range(40)))
        children = [start(url, "work", grading, f"w{number}") for number in range(3)]
        made = [child.communicate(timeout=240)[0].split() for child in children]
        assert [child.returncode for child in children] == [0] * 3
        assert sorted(itertools.chain.from_iterable(made)) == sorted(row.id for row in store.attempts())
        assert len(ids) == 40
        check(store, grading)


def test_two_gradings_at_once_share_their_attempts(url: str) -> None:
    with open_store(url) as store:
        first, _ = begun(store, *(f"s{number}" for number in range(30)), identity="1")
        second, _ = begun(store, *(f"s{number}" for number in range(30)), identity="2")
        children = [start(url, "work", grading, f"w{grading}") for grading in (first, second)]
        for child in children:
            child.communicate(timeout=240)
        assert [child.returncode for child in children] == [0, 0]
        of = {grading: {row.id: attempt for row, attempt, _ in store.items(grading)} for grading in (first, second)}
        assert of[first] == of[second]
        assert None not in of[first].values()
        with store.reading() as connection:
            twice = select(ATTEMPTS.c.key).group_by(ATTEMPTS.c.key).having(func.count() > 1)
            assert connection.execute(twice).all() == []


def test_whatever_is_killed_is_done_by_the_next(url: str) -> None:
    order = random.Random(1)  # noqa: S311 - a test that can be repeated
    told: list[str] = []
    with open_store(url) as store:
        grading, _ = begun(store, *(f"s{number}" for number in range(30)))
        for turn in range(3):
            with start(url, "work", grading, f"t{turn}") as child:
                assert child.stdout is not None
                told += [child.stdout.readline().strip() for _ in range(order.randrange(1, 6))]
                child.kill()
                told += child.stdout.read().split("\n")[:-1]
        with start(url, "work", grading, "last") as child:
            told += child.communicate(timeout=240)[0].split()
            assert child.returncode == 0
        # What a process said it had written is there; the last one may have been killed before it could say so.
        assert {one for one in told if one} <= {row.id for row in store.attempts()}
        check(store, grading)


def test_one_that_is_killed_in_a_transaction_leaves_nothing_of_it(url: str) -> None:
    with open_store(url) as store:
        grading, ids = begun(store, "ada", "bob")
        with start(url, "hang", grading) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "in the middle\n"
            with store.reading() as connection:
                assert connection.scalar(select(func.count()).select_from(JOURNAL)) == 0
            child.kill()
        for one in ids:
            graded(store, grading, one, str(one))
        assert store.pending(grading) == []


def test_one_that_is_killed_leaves_its_log_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "grader.db"
    with open_store(str(path)) as store:
        grading, _ = begun(store, *(f"s{number}" for number in range(30)))
    with start(str(path), "work", grading, "w") as child:
        assert child.stdout is not None
        made = child.stdout.readline().strip()
        child.kill()
    # Nobody else has the store open: what was written is in the log alone.
    assert (tmp_path / "grader.db-wal").stat().st_size > 0
    with open_store(str(path), must_exist=True) as store:
        assert store.attempt(made).student


def test_threads_share_a_store(store: Store) -> None:
    grading, ids = begun(store, *(f"s{number}" for number in range(40)))
    claimed: list[int] = []
    errors: list[BaseException] = []

    def works() -> None:
        try:
            for one in ids:
                if store.claim(grading, one, str(one), threading.current_thread().name) == "claimed":
                    claimed.append(one)
                    store.beat(threading.current_thread().name)
                assert store.handin(one).id == one
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=works) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(claimed) == ids
