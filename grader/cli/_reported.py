"""What `grader report` writes about: results of a store, or of files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.core.errors import UsageError
from grader.core.redact import for_student
from grader.core.report import Edition
from grader.core.text import did_you_mean, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.cli._result_files import Stored
    from grader.core.cohort import Cohort
    from grader.core.gradebook import Gradebook
    from grader.core.result import Result
    from grader.gradebook.counting import Counts

_SQLITE: Final = b"SQLite format 3\0"
_MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of it is meant, and for whom."""

    edition: Edition
    exercises: Sequence[str] = ()
    student: str | None = None
    counts: Counts = "chosen"
    similar: bool = True
    book: bool = False
    """Whether a gradebook is written."""
    cohort: bool = False
    """Whether a report shows a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is to report."""

    results: Callable[[], Iterable[Result]]
    """Gives them anew for each report, one at a time."""
    students: Sequence[str]
    """Whose they are."""
    missing: int = 0
    """Students and exercises without a result."""
    book: Gradebook | None = None
    cohort: Cohort | None = None


def is_store(sources: Sequence[str]) -> bool:
    """Tell a store from result files. Raises UsageError for both at once."""
    stores = [one for one in sources if "://" in one or _begins(Path(one), _SQLITE)]
    if stores and len(sources) > 1:
        raise UsageError(
            f"{quoted(sources[0] if '://' not in sources[0] else 'a database')} and others can't be one report",
            hint="Give one store, or several files with results.",
        )
    return bool(stores) or not sources


def _begins(path: Path, start: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(start)) == start
    except (OSError, ValueError):
        return False  # whoever reads it says why


@contextmanager
def from_store(url: str | None, wanted: Wanted) -> Iterator[Found]:
    """Give what counts in a store, which stays open meanwhile."""
    from grader.cli.results import _common
    from grader.gradebook import cohort as cohorts
    from grader.gradebook import people
    from grader.gradebook.book import build
    from grader.store import open_store

    with open_store(url, must_exist=True) as store:
        names = _common.exercises(store, wanted.exercises)
        if not names:
            raise UsageError(f"there is nothing in {store.name} to report", hint="`grader batch` fills it.")
        who = people.student(store, wanted.student).id if wanted.student is not None else None
        klass = None
        if wanted.cohort:
            klass = cohorts.cohort(store, names, wanted.counts, student=who, similar=wanted.similar)
        book = klass.book if klass else build(store, names, wanted.counts, student=who, details=wanted.book)
        with_results = [entry.student for entry in book.entries if entry.attempt is not None]
        yield Found(
            results=partial(_redacted, partial(cohorts.results, store, book), wanted.edition),
            students=with_results,
            missing=len(book.entries) - len(with_results),
            book=book,
            cohort=klass,
        )


def from_files(sources: Sequence[str], wanted: Wanted) -> Found:
    """Give what stands in files, folders and standard input."""
    from grader.cli._result_files import read

    found = _chosen(read(sources), wanted)
    return Found(
        results=partial(_redacted, lambda: (one.result() for one in found), wanted.edition),
        students=[one.student for one in found],
    )


def _chosen(every: Sequence[Stored], wanted: Wanted) -> list[Stored]:
    for name in wanted.exercises:
        _known(name, "exercise", {one.exercise for one in every})
    if wanted.student is not None:
        _known(wanted.student, "student", {one.student for one in every})
    return [
        one
        for one in every
        if (not wanted.exercises or one.exercise in wanted.exercises) and wanted.student in {None, one.student}
    ]


def _known(name: str, what: str, known: set[str]) -> None:
    if name not in known:
        near = did_you_mean(name, [one_line(one, 60) for one in sorted(known)])
        raise UsageError(f"there is no result of the {what} {quoted(name)}{near if len(known) <= _MOST_NAMED else ''}")


def _redacted(results: Callable[[], Iterable[Result]], edition: Edition) -> Iterator[Result]:
    for result in results():
        yield for_student(result) if edition is Edition.STUDENT else result
