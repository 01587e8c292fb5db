"""A store with many attempts: how long it takes, and how much memory.

    .venv/bin/python tests/bench/store.py [ATTEMPTS] [URL]

Each attempt has ten checks with a log of some kilobytes. Without a URL the store is a SQLite file in a temporary
folder; a database of PostgreSQL should be empty. Memory is what reading adds to the process's own at that moment.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.core.result import Evidence
from grader.store import open_store
from tests.support.factories import make_check_result
from tests.support.stores import make_attempt, make_exercise, make_handin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.store import Store


def megabytes() -> float:
    """Give the memory of this process."""
    return float(psutil.Process().memory_info().rss) / 2**20


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print what something takes."""
    before, most, done = megabytes(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            most[0] = max(most[0], megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.perf_counter()
    try:
        yield
    finally:
        took = time.perf_counter() - started
        done.set()
        watcher.join()
        print(f"{what:42} {took:7.2f} s   at most {max(most[0], before):5.0f} MiB (+{max(0, most[0] - before):.0f})")


def lines(number: int) -> str:
    """Give a log that compresses about as well as real ones."""
    return "\n".join(
        f"#{line} {zlib.crc32(f'{number} {line}'.encode()):08x} RUN pip install flask" for line in range(60)
    )


def fill(store: Store, count: int) -> tuple[int, list[int]]:
    """Write attempts, as many in one transaction as `grader batch` would write one by one."""
    store.add_exercise(make_exercise())
    grading, _ = store.begin("rescore", "all", {})
    ids = store.add_handins(grading.id, ((make_handin(f"s{number}"), f"d{number}") for number in range(count)))
    for start in range(0, count, 200):
        made = []
        for number in range(start, min(start + 200, count)):
            evidence = (Evidence(kind="build", title="The build", text=lines(number)),)
            checks = tuple(make_check_result(id=f"check-{n}", evidence=evidence if n == 9 else ()) for n in range(10))
            made.append((ids[number], *make_attempt(f"k{number}", checks=checks)))
        store.add_rescored(grading.id, made)
    store.finish(grading.id)
    return grading.id, ids


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else str(Path(folder) / "grader.db")
        with open_store(url) as store, measured(f"write {count} attempts"):
            grading, _ = fill(store, count)
        if "://" not in url:
            print(f"{'':42} {Path(url).stat().st_size / 2**20:7.1f} MiB of file")
        with open_store(url) as store:
            with measured("list them"):
                ids = [row.id for row in store.attempts()]
            with measured("their items"):
                assert sum(1 for _ in store.items(grading)) == count
            with measured("read all results"):
                assert sum(len(result.checks) for _, result in store.results(ids)) == 10 * count
            with measured("settle 1000 unchanged hand-ins"):
                again, _ = store.begin("batch", "again", {})
                given = [(make_handin(f"s{number}"), f"d{number}") for number in range(min(count, 1000))]
                handins = store.add_handins(again.id, given)
                store.has_snapshots(digest for _, digest in given)
                keys = [f"k{number}" for number in range(len(given))]
                known = store.known(keys)
                store.settle(again.id, [(handins[n], known[key]) for n, key in enumerate(keys)], "stored")
                store.finish(again.id)
            with measured("claim and commit 100, one by one"):
                fresh, _ = store.begin("batch", "fresh", {})
                for number in range(100):
                    assert store.claim(fresh.id, handins[number], f"k{number}", "me", fresh=True) == "claimed"
                    store.commit(fresh.id, handins[number], "me", *make_attempt(f"k{number}"))


if __name__ == "__main__":
    main()
