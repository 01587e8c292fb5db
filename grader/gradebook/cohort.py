"""A class as its reports show it, worked out from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.cohort import Alike, Cohort
from grader.core.errors import UsageError
from grader.core.late import Lateness, told
from grader.core.quantities import show_points
from grader.core.text import one_line
from grader.exercise.find import find
from grader.gradebook import overrides
from grader.gradebook.analytics import analyse
from grader.gradebook.book import build
from grader.gradebook.whose import own

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from grader.core.analysis import Analysis
    from grader.core.gradebook import Entry, Gradebook, Task
    from grader.core.result import Result
    from grader.gradebook.counting import Counts
    from grader.gradebook.similarity import Comparison
    from grader.store import Store

MOST_PAIRS: Final = 50
"""Pairs of an exercise that are told: a person looks at the strongest, and each is two submissions to read."""
_MOST_ROWS: Final = 60
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
    book = build(store, exercises, counts, student=student)
    notes = list(_unfinished(store))
    pairs: list[Alike] = []
    analyses: tuple[Analysis, ...] = ()
    if student is None:
        analyses = tuple(analyse(store, name, counts, book) for name in exercises)
        for name in exercises if similar else ():
            found, said = _alike(store, name)
            pairs += found
            notes += said
    return Cohort(title=_title(book.tasks), book=book, analyses=analyses, pairs=tuple(pairs), notes=tuple(notes))


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


def _alike(store: Store, exercise: str) -> tuple[list[Alike], list[str]]:
    """Compare what was handed in, as `grader results similar` does; gives what a person should know of that, too."""
    # Only here: what compares texts takes a while to load.
    from grader.gradebook._sides import shortened, side_by_side
    from grader.gradebook.similarity import author_of, compare, strongest

    try:
        folder = find(exercise)
    except UsageError:
        folder = None
    found = compare(store, exercise, author_of(folder))
    pairs = strongest(found.pairs)
    few = [
        Alike(exercise=exercise, pair=pair, rows=tuple(shortened(side_by_side(store, pair, found), _MOST_ROWS)))
        for pair in pairs[:MOST_PAIRS]
    ]
    return few, list(_about(found, len(pairs), known=folder is not None))


def _about(found: Comparison, pairs: int, *, known: bool) -> Iterator[str]:
    name = one_line(found.exercise, 60)
    if not pairs:
        return
    if pairs > MOST_PAIRS:
        most = f"{MOST_PAIRS} of {pairs} pairs of submissions are shown that are alike"
        yield f"{name}: {most}. `grader results similar {name} --limit {pairs}` shows all."
    if not known:
        yield f"{name}: the exercise's folder isn't here, so what its starter gives counts as alike, too."
    if found.small:
        yield f"{name}: the class is too small to say what is rare; right answers are alike by themselves."
