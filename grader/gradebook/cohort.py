"""A class as its reports show it, worked out from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.cohort import Cohort
from grader.core.late import Lateness, told
from grader.core.quantities import show_points
from grader.gradebook import overrides
from grader.gradebook.analytics import analyse
from grader.gradebook.book import build
from grader.gradebook.likeness import comparing
from grader.gradebook.whose import own

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from grader.core.gradebook import Entry, Gradebook, Task
    from grader.core.result import Result
    from grader.gradebook.counting import Counts
    from grader.store import Store

_MOST_TITLES: Final = 3


def cohort(
    store: Store,
    exercises: Sequence[str],
    counts: Counts = "chosen",
    *,
    student: str | None = None,
    similar: bool = True,
) -> Cohort:
    """Give everything that is known of a class beside its results; of one `student`, what is known of just this one.

    With `similar`, submissions are compared, too, which for a large class takes longer than all of the rest.
    """
    notes = tuple(_unfinished(store))
    if student is not None:
        book = build(store, exercises, counts, student=student)
        return Cohort(title=_title(book.tasks), book=book, notes=notes)
    with comparing(store, exercises if similar else ()) as outcome:
        book = build(store, exercises, counts)
        analyses = tuple(analyse(store, name, counts, book) for name in exercises)
        alike = outcome()
    return Cohort(
        title=_title(book.tasks), book=book, analyses=analyses, pairs=alike.pairs, notes=(*notes, *alike.notes)
    )


def results(store: Store, book: Gradebook) -> Iterator[Result]:
    """Give the results that count, one at a time, in the order of the book's entries.

    Each is the student's own, also where the same work of several was graded once. What a person has decided by hand
    is in it, and it says so. What being late takes off is said, and not in it: platforms take that off themselves.
    """
    counting = [entry for entry in book.entries if entry.attempt is not None]
    handins = {row.id: row for row in store.handins()}
    found = store.results(entry.attempt for entry in counting if entry.attempt is not None)
    for entry, (_, result) in zip(counting, found, strict=True):
        mine = own(result, handins[entry.handin]) if entry.handin is not None else result
        yield decided(mine, entry)


def decided(result: Result, entry: Entry) -> Result:
    """Give a result with what people have decided about it, and with a sentence for all that changes its score."""
    changed, _ = overrides.apply(result, entry.overrides)
    whole = any(one.check is None for one in entry.overrides)
    said = list(_said(entry, whole=whole))
    if not said:
        return changed
    score: dict[str, Decimal | None] = {"score": entry.score, "max_score": entry.max_score} if whole else {}
    message = " ".join([*said, *([result.message] if result.message else [])])
    return changed.model_copy(update={**score, "message": message})


def _said(entry: Entry, *, whole: bool) -> Iterator[str]:
    if whole and entry.score is not None:
        yield f"The score was set by hand: {show_points(entry.score)}."
        return
    if entry.overrides:
        yield "A person has changed points of checks."
    if entry.late_seconds and entry.late_percent is not None:
        late = Lateness(entry.late_seconds, entry.late_percent)
        left = f" {show_points(entry.score)} points are left." if entry.late_percent and entry.score is not None else ""
        yield f"{told(late)}{left}"


def _title(tasks: Sequence[Task]) -> str:
    if len(tasks) > _MOST_TITLES:
        return f"{len(tasks)} exercises"
    return ", ".join(task.title for task in tasks) or "No exercises"


def _unfinished(store: Store) -> Iterator[str]:
    """Say what of the newest batch is still to be graded."""
    newest = next(iter(store.gradings()), None)
    left = len(store.pending(newest.id)) if newest is not None and newest.finished_at is None else 0
    if left:
        several = "1 hand-in is" if left == 1 else f"{left} hand-ins are"
        yield f"The newest batch isn't finished: {several} still to be graded."
