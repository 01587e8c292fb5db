"""However much there is in a store, little of it is in memory at once."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING, Final

from grader.core.result import Evidence
from tests.support.factories import make_check_result
from tests.support.stores import make_attempt, make_exercise, make_handin

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.store import Store

COUNT: Final = 4000
TEXT: Final = "a line of a log\n" * 200
MOST: Final = 3 * 2**20
"""Half as much as all rows together, and a tenth of all results."""


def peak(work: Callable[[], int]) -> int:
    """Give the most bytes that it has at once; the least of several times, since garbage may wait to be collected."""
    return min(_peak(work) for _ in range(3))


def _peak(work: Callable[[], int]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        assert work() == COUNT
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_is_read_is_not_kept(store: Store) -> None:
    store.add_exercise(make_exercise())
    grading, _ = store.begin("rescore", "", {})
    ids = store.add_handins(grading.id, ((make_handin(f"s{number}"), "d") for number in range(COUNT)))
    check = make_check_result(evidence=(Evidence(kind="log", title="The log", text=TEXT),))
    made = [make_attempt(str(one), checks=(check,)) for one in ids]
    assert sum(len(data) for _, data in made) > 2 * MOST
    store.add_rescored(grading.id, [(one, *pair) for one, pair in zip(ids, made, strict=True)])
    names = [attempt.id for attempt, _ in made]
    del made
    assert peak(lambda: sum(1 for _ in store.results(names))) < MOST
    assert peak(lambda: sum(1 for _ in store.attempts())) < MOST
    assert peak(lambda: sum(1 for _ in store.items(grading.id))) < MOST
