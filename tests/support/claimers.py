"""A program that works on a store as a batch does: `python -m tests.support.claimers MODE GRADING [MARK]`.

The store is that of `$GRADER_STORE`. Modes: `work` claims and commits until nothing is left, and prints the id of each
attempt; `hang` claims everything in a transaction that never ends.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from typing import TYPE_CHECKING

from sqlalchemy import insert

from grader.store import Lost, open_store
from grader.store.database import now
from grader.store.owners import me
from grader.store.schema import JOURNAL
from tests.support.stores import make_attempt

if TYPE_CHECKING:
    from grader.store import Store
    from grader.store.rows import HandInRow


def key_of(row: HandInRow) -> str:
    """Give the key of a hand-in: every fifth one is the same work as the one before."""
    return hashlib.sha256(str(row.id - (row.id % 5 == 0)).encode()).hexdigest()


def work(store: Store, grading: int, mark: str) -> None:
    """Do whatever nobody else does, in an order of its own."""
    order = random.Random(mark)  # noqa: S311 - any order will do
    number = 0
    while rows := store.pending(grading):
        order.shuffle(rows)
        before = number
        for row in rows:
            if store.claim(grading, row.id, key_of(row), me()) == "claimed":
                attempt, data = make_attempt(key_of(row), attempt=f"{mark}-{number}")
                store.commit(grading, row.id, me(), attempt, data)
                number += 1
                print(attempt.id, flush=True)  # noqa: T201 - whoever started it listens
        if number == before:
            time.sleep(0.01)  # others have the rest in hand


def hang(store: Store, grading: int) -> None:
    """Stay in the middle of a transaction."""
    with store.writing() as connection:
        for row in store.pending(grading):
            connection.execute(
                insert(JOURNAL).values(
                    handin=row.id, grading=grading, key=key_of(row), owner=me(), started_at=now(connection)
                )
            )
        print("in the middle", flush=True)  # noqa: T201
        sys.stdin.read()


def main() -> None:
    """Run a mode."""
    with open_store() as store:
        if sys.argv[1] == "hang":
            hang(store, int(sys.argv[2]))
            return
        try:
            work(store, int(sys.argv[2]), sys.argv[3])
        except Lost as error:
            sys.exit(f"lost: {error}")


if __name__ == "__main__":
    main()
