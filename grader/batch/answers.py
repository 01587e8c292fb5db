"""What of a batch the store can answer, and what is left to do, in which order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from grader.batch.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.batch.intake import Taken
    from grader.batch.items import Terms
    from grader.batch.means import Means
    from grader.batch.tally import Tally
    from grader.core.handin import HandIn
    from grader.store import Store


class Snapshots:
    """A shelf in the store."""

    def __init__(self, store: Store, exercises: Iterable[str]) -> None:
        self._store = store
        # Most of a class that is graded again is unchanged.
        before = {row.digest for exercise in exercises for row in store.handins(exercise)}
        self._known = store.has_snapshots(before)

    def has(self, digest: str) -> bool:
        return digest in self._known or bool(self._store.has_snapshots([digest]))

    def put(self, one: Taken) -> None:
        if one.snapshot is not None:
            self._store.add_snapshot(one.digest, one.snapshot, one.files, one.bytes)


def make_items(
    store: Store, grading: int, found: Sequence[tuple[HandIn, Taken]], by_exercise: Mapping[str, Terms]
) -> list[Item]:
    ids = store.add_handins(grading, [(handin, one.digest) for handin, one in found])
    made: dict[int, Item] = {}
    for number, (handin, one) in zip(ids, found, strict=True):
        key = by_exercise[handin.exercise].key(one.digest)
        # The same work twice in one source is one hand-in.
        made.setdefault(number, Item(handin, number, key, one.digest, one.notes, one.whole))
    return list(made.values())


def answer(means: Means, items: Sequence[Item], tally: Tally) -> list[Item]:
    """Settle what the store can answer; gives the rest, identical work behind the first of its kind."""
    store = means.store
    pending = {row.id for row in store.pending(means.grading)}
    wanted = [one for one in items if one.id in pending]
    known = {} if means.fresh else store.known(one.key for one in wanted)
    pairs = [(one.id, known[one.key]) for one in wanted if one.key in known]
    store.settle(means.grading, pairs, "stored")
    tally.stored = len(items) - len(wanted) + len(pairs)
    first: dict[str, Item] = {}
    for one in wanted:
        if one.key in known:
            continue
        if one.key in first:
            first[one.key].same.append(one)
        else:
            first[one.key] = one
    return _fairly(list(first.values()))


def _fairly(items: list[Item]) -> list[Item]:
    """Put everybody's first hand-in before anybody's second, exercise by exercise, whose engines are the same."""
    turns: Counter[tuple[str, str]] = Counter()
    order: list[tuple[int, Item]] = []
    for one in items:
        who = (one.handin.exercise, one.handin.student)
        order.append((turns[who], one))
        turns[who] += 1
    exercises = {name: number for number, name in enumerate(dict.fromkeys(one.handin.exercise for one in items))}
    return [one for _, one in sorted(order, key=lambda pair: (exercises[pair[1].handin.exercise], pair[0]))]
