"""From what sources hold to what is graded: whose it is, of which exercise, when it came, and what is left over."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from grader.batch._apart import Apart
from grader.batch._hints import of_groups, unfound
from grader.batch._split import Splitter, splitter
from grader.batch.numbers import placer
from grader.batch.people import join
from grader.batch.planned import Missing, Plan, Terms, Trouble, Twice, Unplaced
from grader.core.errors import UsageError
from grader.core.handin import HandIn
from grader.core.late import EVERY
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.batch._split import Piece
    from grader.batch.course import Course
    from grader.batch.people import Joined, Owner
    from grader.batch.roster import Roster
    from grader.core.handin import Found
    from grader.exercise.model import Exercise

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def plan(
    found: Sequence[Found],
    exercises: Sequence[Exercise],
    course: Course | None = None,
    roster: Roster | None = None,
    *,
    work: Path | None = None,
) -> Plan:
    """Say what is to be graded; `work` is a folder for what has to be laid out anew, such as archives.

    Raises UsageError for no exercises, or several of one id, and ExerciseError for a course that they don't fit.
    """
    ids = [one.id for one in exercises]
    if not ids:
        raise UsageError("no exercise is given")
    if len(set(ids)) < len(ids):
        double = next(one for one in ids if ids.count(one) > 1)
        raise UsageError(f"several exercises are called {quoted(double)}")
    if course is not None:
        course.fit(exercises)
    terms = tuple((one.id, course.terms(one) if course else Terms(one.file.due, one.file.late)) for one in exercises)
    joined = join(found, roster)
    split = _splitter(exercises, course, work)
    handins, unplaced, problems = _gathered(found, joined, split)
    handins, more = _dated(handins, roster)
    handins.sort(key=_order(ids, [one.id for one in joined.people]))
    by_student = _by_student(handins)
    missing = tuple(_missing(ids, joined, by_student, problems))
    return Plan(
        handins=tuple(handins),
        people=joined.people,
        missing=missing,
        twice=tuple(
            Twice(person, exercise, tuple(sorted(by_student[person.id, exercise], key=_received)))
            for exercise in ids
            for person in joined.people
            if len(by_student.get((person.id, exercise), ())) > 1
        ),
        strangers=joined.strangers,
        unplaced=unplaced,
        problems=problems,
        terms=terms,
        said=(
            *(roster.said if roster else ()),
            *split.said(),
            *more,
            *_extended(terms, roster),
            *unfound(ids, handins, unplaced),
            *of_groups(roster, handins, missing),
        ),
    )


def _received(one: HandIn) -> datetime:
    return one.received_at or _NEVER


def _order(ids: Sequence[str], people: Sequence[str]) -> Callable[[HandIn], tuple[Any, ...]]:
    """Order by exercise and time; by student, where only files tell a time, since it would look like no order."""
    exercises, students = ({name: number for number, name in enumerate(names)} for names in (ids, people))

    def key(one: HandIn) -> tuple[Any, ...]:
        sure = _received(one) if one.received_by != "file" else _NEVER
        return exercises[one.exercise], sure, students[one.student], _received(one), one.label

    return key


def _splitter(exercises: Sequence[Exercise], course: Course | None, work: Path | None) -> Splitter:
    titles = [(one.id, one.file.title) for one in exercises]
    paths = {one.id: course.paths(one.id) for one in exercises} if course else {}
    numbers = course.numbers if course else {}
    return splitter(exercises, placer(titles, numbers, paths), Apart(work / "apart") if work else None)


def _gathered(
    found: Sequence[Found], joined: Joined, split: Splitter
) -> tuple[list[HandIn], tuple[Unplaced, ...], tuple[Trouble, ...]]:
    """Split every hand-in, and count it for everybody whose it is."""
    handins: list[HandIn] = []
    unplaced: list[Unplaced] = []
    problems: list[Trouble] = []
    for one, owner in zip(found, joined.owners, strict=True):
        own = split.named(one.exercise) if one.exercise else split.only()
        # What the source says to be of another exercise is listed as that, whether or not it can be read.
        if one.problem is not None and (own or not one.exercise):
            problems.append(Trouble(one.label, one.problem, owner.people, own))
            continue
        parts = split.split(one, owner.people)
        problems += [Trouble(one.label, why, owner.people, exercise) for exercise, why in parts.troubles]
        handins += [_handin(one, piece, owner, student) for piece in parts.pieces for student in owner.people]
        unplaced += parts.unplaced
    return handins, tuple(unplaced), tuple(problems)


def _handin(found: Found, piece: Piece, owner: Owner, student: str) -> HandIn:
    return HandIn(
        exercise=piece.exercise,
        student=student,
        path=piece.path,
        label=piece.label,
        received_at=found.received_at,
        received_by=found.received_by,
        notes=(*found.notes, *owner.notes, *piece.notes),
    )


def _by_student(handins: Sequence[HandIn]) -> dict[tuple[str, str], list[HandIn]]:
    found: defaultdict[tuple[str, str], list[HandIn]] = defaultdict(list)
    for one in handins:
        found[one.student, one.exercise].append(one)
    return dict(found)


def _dated(handins: Sequence[HandIn], roster: Roster | None) -> tuple[list[HandIn], list[str]]:
    """Take the roster's word for when work was received, where it is about one hand-in only."""
    if roster is None or not roster.received:
        return list(handins), []
    counts = {key: len(several) for key, several in _by_student(handins).items()}
    made, said = [], dict[str, None]()
    for one in handins:
        at = roster.received.get((one.student, one.exercise)) or roster.received.get((one.student, EVERY))
        if at is None:
            made.append(one)
        elif counts[one.student, one.exercise] > 1:
            who = quoted(one.student, 60)
            said[f"the roster says when {who} handed in {one.exercise}, but not which of several hand-ins it means"] = (
                None
            )
            made.append(one)
        else:
            made.append(one.model_copy(update={"received_at": at, "received_by": "roster"}))
    return made, list(said)


def _missing(
    ids: Sequence[str],
    joined: Joined,
    by_student: Mapping[tuple[str, str], Sequence[HandIn]],
    problems: Sequence[Trouble],
) -> Iterator[Missing]:
    """List who is on the roster and handed in nothing, in the order of the exercises."""
    unread = {(student, one.exercise) for one in problems for student in one.students}
    for exercise in ids:
        for person in joined.people:
            there = (person.id, exercise) in by_student or not unread.isdisjoint(
                {(person.id, exercise), (person.id, None)}
            )
            if person.on_roster and not there:
                yield Missing(person, exercise)


def _extended(terms: Sequence[tuple[str, Terms]], roster: Roster | None) -> Iterator[str]:
    """Say which extensions are nobody's: a misspelt name would cost somebody points."""
    if roster is None:
        return
    known = {name.casefold() for one in roster.people for name in (one.id, one.login, one.email)}
    for exercise, one in terms:
        for name in one.late.extensions if one.late else ():
            if name.casefold() not in known:
                yield f"{exercise} has an extension for {quoted(name, 60)}, who is not on the roster"
    ids = {exercise for exercise, _ in terms} | {EVERY}
    others = {name for one in roster.people for name in one.extensions if name not in ids}
    if others:
        names = ", ".join(quoted(name, 60) for name in sorted(others)[:5])
        yield f"the roster has extensions for exercises that are not graded here: {names}"
