"""`grader results show`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import REPORTS, STORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.errors import UsageError
    from grader.core.gradebook import Entry
    from grader.core.handin import Person
    from grader.store import Store
    from grader.store.rows import AttemptRow, HandInRow

EPILOG: Final = """\b
Examples:
  grader results show ada serve-on-3000                   what counts for Ada, with its evidence
  grader results show 857772f36b                          one attempt; `grader results list` has the ids
  grader results show ada serve-on-3000 --student-view    what Ada may see of it
  grader results show ada serve-on-3000 --submission work unpack what Ada handed in, into the new folder work
  grader results show 857772f36b --report json:result.json
"""


@click.command(epilog=EPILOG)
@click.argument("attempt", metavar="ATTEMPT|STUDENT")
@click.argument("exercise", required=False)
@click.option("--student-view", is_flag=True, help="Leave out what the exercise keeps from students.")
@REPORTS
@click.option(
    "--submission", type=click.Path(path_type=Path), metavar="DIR", help="Unpack the work into a new folder, too."
)
@STORE
def command(
    attempt: str,
    exercise: str | None,
    *,
    student_view: bool,
    reports: tuple[str, ...],
    submission: Path | None,
    store: str | None,
) -> int:
    """Show one attempt with its evidence, by its id or by student and exercise."""
    from grader.cli.output import Output
    from grader.core.errors import UsageError
    from grader.core.redact import for_student
    from grader.core.report import Edition
    from grader.gradebook import whose
    from grader.store import open_store

    outputs = Output.parse_all(reports)
    if submission is not None and (submission.exists() or submission.is_symlink()):
        raise UsageError(f"'{submission}' is there already", hint="Name a folder that is not there yet.")
    with open_store(store, must_exist=True) as opened:
        row, person, entry = _find(opened, attempt, exercise)
        if row is None and not outputs and submission is None:
            _decided(person, entry, student_view=student_view)
            return 0
        if row is None:
            raise _nothing(person, [entry])
        handin = _handin(opened, row, entry)
        result = whose.own(opened.result(row.id), handin)
        usual = all(output.path is not None for output in outputs)
        if usual and not student_view:
            _facts(_lines(opened, row, handin, person, entry))
        shown = for_student(result) if student_view else result
        edition = Edition.STUDENT if student_view else Edition.STAFF
        for output in [*outputs, *([Output.parse("terminal")] if usual else [])]:
            output.tell(output.write([shown], edition))
        if submission is not None:
            _unpack(opened, handin, submission)
    return 0


def _find(store: Store, name: str, exercise: str | None) -> tuple[AttemptRow | None, Person, Entry]:
    """Find what is meant: an attempt, or what counts for a student, if only by a decision. Raises UsageError."""
    from grader.cli.results import _common
    from grader.core.errors import UsageError
    from grader.core.handin import Person
    from grader.core.text import quoted
    from grader.gradebook import people
    from grader.gradebook.book import build

    person = people.find(store, name)
    if person is None and exercise is None:
        row = _attempt(store, name)
        person = people.find(store, row.student) or Person(id=row.student, on_roster=False)
        return row, person, build(store, [row.exercise], student=row.student, details=False).entries[0]
    person = person or people.student(store, name)
    wanted = _common.exercises(store, [exercise] if exercise is not None else [])
    book = build(store, wanted, student=person.id, details=False)
    found = [entry for entry in book.entries if entry.attempt is not None or entry.overrides]
    if not found:
        raise _nothing(person, book.entries)
    if len(found) > 1:
        names = ", ".join(entry.exercise for entry in found)
        raise UsageError(f"{quoted(_common.who(person))} has several results", hint=f"Add the exercise: {names}.")
    return store.attempt(found[0].attempt) if found[0].attempt is not None else None, person, found[0]


def _nothing(person: Person, entries: Sequence[Entry]) -> UsageError:
    from grader.cli.results import _common
    from grader.core.errors import UsageError
    from grader.core.text import quoted

    why = next((entry.message for entry in entries if entry.message), None)
    reason = f": {why}" if why else "; nothing was handed in" if not any(one.handin for one in entries) else ""
    return UsageError(f"there is no result of {quoted(_common.who(person))}{reason}")


def _attempt(store: Store, name: str) -> AttemptRow:
    from grader.core.errors import UsageError
    from grader.core.text import quoted

    if set(name) <= set("0123456789abcdef"):
        return store.attempt(name)
    raise UsageError(
        f"{quoted(name)} is neither a student nor an attempt in {store.name}", hint="`grader results list` lists both."
    )


def _handin(store: Store, row: AttemptRow, entry: Entry) -> HandInRow:
    """Give the hand-in that is meant: the same work of several students is in the store as graded for the first."""
    counts = entry.handin is not None and entry.attempt == row.id
    return store.handin(entry.handin if counts and entry.handin is not None else row.handin)


def _decided(person: Person, entry: Entry, *, student_view: bool) -> None:
    """Write what was decided by hand where nothing was graded."""
    from grader.cli.results import _common

    lines = [("Student", _common.who(person)), ("Exercise", entry.exercise), ("Result", entry.message or entry.status)]
    score = _common.score(entry.score, entry.max_score)
    lines.append(("Score", f"{score}, set by hand" if entry.score is not None else "none"))
    _facts([*lines, *(() if student_view else _by_hand(entry))])


def _facts(lines: Iterable[tuple[str, str]]) -> None:
    """Write what stands above a report: whose it is, when it came, what became of it before."""
    from grader.core.text import clean

    for label, text in lines:
        click.echo(f"{click.style(f'{label}:'.ljust(12), bold=True)} {clean(text)}")
    click.echo()


def _lines(store: Store, row: AttemptRow, handin: HandInRow, person: Person, entry: Entry) -> Iterator[tuple[str, str]]:
    from grader.cli.results import _common
    from grader.gradebook.people import has_roster

    stranger = not person.on_roster and has_roster(store)
    yield "Student", _common.who(person) + (", not on the roster" if stranger else "")
    yield "Exercise", row.exercise
    yield "Attempt", row.id
    if handin.student != row.student:
        yield "Graded as", f"the same work of {row.student}"
    yield "Handed in", _received(handin, entry if entry.handin == handin.id else None)
    yield "Work", f"{handin.label}, {handin.digest}"
    with suppress(OSError, ValueError):
        if handin.path.exists():  # a folder that was unpacked for a batch only is gone
            yield "From", str(handin.path)
    for note in handin.notes:
        yield "Note", note
    yield "Score", _score(row, entry)
    yield from _by_hand(entry)
    for flag in entry.flags:
        yield "Flag", flag
    yield from _history(store, row, handin)


def _by_hand(entry: Entry) -> Iterator[tuple[str, str]]:
    from grader.cli.results import _common

    for override in entry.overrides:
        what = f"check {override.check}" if override.check is not None else "score"
        by = f" by {override.author}" if override.author else ""
        points = _common.score(override.points, None)
        yield "By hand", f"{what} {points}{by}, {_common.when(override.at)}: {override.reason}"


def _received(handin: HandInRow, entry: Entry | None) -> str:
    from grader.cli.results import _common

    said = {
        "source": "as its source says",
        "commit": "by its commit",
        "roster": "as the roster says",
        "file": "by its files' times",
    }
    if handin.received_at is None:
        return "nothing says when"
    late = _common.late(entry) if entry is not None else ""
    return f"{_common.when(handin.received_at)}, {said[handin.received_by]}" + (f", late: {late}" if late else "")


def _score(row: AttemptRow, entry: Entry) -> str:
    from grader.cli.results import _common

    found = f"{row.status}, {_common.score(row.score, row.max_score)} as graded"
    if entry.attempt != row.id:
        return f"{found}; another attempt counts: {(entry.attempt or 'none')[:10]}"
    return found if entry.score == row.score else f"{found}; {_common.score(entry.score, entry.max_score)} counts"


def _history(store: Store, row: AttemptRow, handin: HandInRow) -> Iterator[tuple[str, str]]:
    """Give the other attempts of the student at this exercise, the newest last."""
    from grader.cli.results import _common

    for one in store.attempts(exercise=row.exercise, student=handin.student):
        if one.id != row.id:
            how = "rescored" if one.kind == "rescored" else "ran"
            worth = _common.score(one.score, one.max_score)
            work = "" if one.handin == handin.id else f", of {one.label}"
            yield "Also", f"{one.id[:10]} {how} {_common.when(one.finished_at)}, {one.status} {worth}{work}"


def _unpack(store: Store, handin: HandInRow, into: Path) -> None:
    import tarfile

    from grader.batch.intake import unpack
    from grader.core.errors import SandboxError, UsageError
    from grader.core.scratch import scratch_folder

    data = store.snapshot(handin.digest)
    if data is None:
        raise UsageError("there is no copy of this work in the store", hint=f"It was handed in as {handin.path}.")
    with scratch_folder() as scratch:
        packed = scratch / "work.tar.gz"
        packed.write_bytes(data)
        try:
            unpack(packed, into)
        except (OSError, tarfile.TarError) as error:
            raise SandboxError(f"the work can't be unpacked into '{into}': {error}") from None
    click.echo(f"The work is in {into}. It is a student's: look at it, and don't run it.")
