"""A store with a class in it: everything that batches may have left there, without a batch."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader import __version__
from grader.core.handin import HandIn, Person
from grader.core.key import result_key
from grader.core.result import (
    CheckResult,
    Diagnosis,
    EngineInfo,
    Evidence,
    ExerciseRef,
    Finding,
    ImageRef,
    Outcome,
    Result,
    Source,
    Status,
    SubmissionRef,
)  # fmt: skip
from grader.exercise.load import load
from grader.exercise.record import row
from grader.store import open_store
from grader.store.owners import me
from grader.store.rows import NewAttempt
from tests.support.exercises import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.check import Check
    from grader.exercise.model import Exercise
    from grader.store import Store

DUE: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW: Final = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
IMAGES: Final = {"busybox:1": "sha256:" + "b" * 64}
ENGINE: Final = "host"

EXERCISE: Final = """\
schema: grader/exercise/v1
id: {id}
title: Serve {id}
due: 2026-03-01T12:00:00Z
late: {{grace: 10m, percent_per_day: 10, cut_off: 5d}}
submission: {{kind: dockerfile}}
images: ["busybox:1"]
containers:
  main: {{publish: [3000]}}
checks:
  - {{id: builds, kind: build, points: 2, title: The image builds}}
  - {{id: answers, kind: http, port: 3000, points: 3, needs: [builds], title: The page answers, hint: Try --port.}}
  - {{id: secret, kind: http, port: 3000, path: /s, points: 3, needs: [builds], visibility: hidden, title: A secret}}
  - {{id: later, kind: size, at_most: 50MiB, points: 2, needs: [builds], visibility: after_due, title: It is small}}
  - {{id: extra, kind: lint, bonus: true, needs: [builds], title: It is tidy}}
"""
"""With an id; its points are 10, and a bonus of 1."""

NAMES: Final = (
    "Ada Lovelace", "=cmd|' /C calc'!A0", "\x1b[31mRed\x1b[0m Roland", 'Quote "Q", Quentin', "O'Brien, Miles",
    "New\nLine", "Zoë 🎉 Ünïcode", "\u202eevil\u202c مريم", "+1+1", "@SUM(A1)", "-2", "Tab\tTabea", "王小明", "",
)  # fmt: skip
"""Of people, some of them hostile to what shows or exports them."""

CASES: Final = (
    "passed", "failed", "hidden", "rejected", "ungraded", "late", "missing", "twice", "error", "withheld", "regrade",
    "unknown", "bonus", "too_late",
)  # fmt: skip
"""What became of students, in turn: student number n, in exercise number m, is case n + 3 m."""


@dataclass(frozen=True, slots=True)
class Made:
    """A store, and what it was made from."""

    url: str
    folders: dict[str, Path]
    """The exercises, as they were graded, by id."""
    people: tuple[Person, ...]
    grading: int
    cases: dict[tuple[str, str], str] = field(default_factory=dict)
    """By exercise and student."""

    def student(self, case: str, exercise: str = "one") -> str:
        """Give the first student who is this case in an exercise."""
        return next(who for (which, who), what in self.cases.items() if (which, what) == (exercise, case))


def make_people(count: int) -> tuple[Person, ...]:
    """Give people; the first ones have names such as nobody should have."""
    return tuple(
        Person(
            id=f"s{n:05}",
            name=NAMES[n] if n < len(NAMES) else f"Student {n:05}",
            email=f"s{n:05}@example.edu",
            login=f"login{n}",
            section="AB"[n % 2],
            extensions={"*": "3d"} if n % 20 == 19 else {},
            columns={"Student": NAMES[n] if n < len(NAMES) else f"Student {n:05}", "ID": str(1000 + n)},
        )
        for n in range(count)
    )


def make_store(
    place: Path, students: int = 14, exercises: Sequence[str] = ("one", "two"), *, plain: bool = False
) -> Made:
    """Make a store below `place`, with a class of which each student is one of `CASES`.

    `plain` leaves out what is no ordinary result: everybody has handed in once, in time, and has a score.
    """
    people = make_people(students)
    folders = {name: write(place / "exercises", EXERCISE.format(id=name), name) for name in exercises}
    made = Made(str(place / "grader.db"), folders, people, 1)
    with open_store(made.url) as store:
        store.add_people(people)
        store.add_images(IMAGES)
        assert begin(store, "first", folders) == made.grading
        for number, (name, folder) in enumerate(folders.items()):
            exercise = load(folder)
            for n, person in enumerate(people):
                case = ("passed", "failed", "hidden")[n % 3] if plain else CASES[(n + 3 * number) % len(CASES)]
                made.cases[name, person.id] = case
                _student(store, made.grading, exercise, person, case)
        store.finish(made.grading)
    return made


def begin(store: Store, identity: str, folders: dict[str, Path]) -> int:
    """Begin a batch, with the exercises as they are now; gives its number."""
    for folder in folders.values():
        store.add_exercise(row(load(folder)))
    return store.begin("batch", identity, {"engine": ENGINE})[0].id


def hand_in(
    store: Store, grading: int, exercise: str, student: str, *, received: datetime | None = DUE, text: str = ""
) -> tuple[int, str]:
    """Hand a Dockerfile in; gives the number of the hand-in and its digest."""
    content = f"FROM busybox:1\n# {exercise} {student} {text}\n"
    digest = f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
    work = HandIn(
        exercise=exercise,
        student=student,
        path=Path("/class") / f"{student}.zip",
        label=f"{student}.zip",
        received_at=received,
        received_by="source",
    )
    [number] = store.add_handins(grading, [(work, digest)])
    return number, digest


def attempt(store: Store, grading: int, handin: int, result: Result, *, past_due: bool = True) -> str:
    """Write a finished attempt, as a batch does; gives its id."""
    key = key_of(result.exercise.digest, result.submission.digest or "", past_due=past_due)
    owner = me()
    assert store.claim(grading, handin, key, owner) == "claimed"
    store.commit(grading, handin, owner, NewAttempt.told_by(result, key), result.model_dump_json().encode())
    return result.attempt


def key_of(exercise_digest: str, submission_digest: str, *, past_due: bool = True) -> str:
    """Give the key that a batch knows a result by."""
    return result_key(
        exercise_digest=exercise_digest,
        submission_digest=submission_digest,
        images=IMAGES,
        engine=ENGINE,
        past_due=past_due,
        version=__version__,
    )


def make_graded(exercise: Exercise, student: str, digest: str, case: str = "passed", **changes: Any) -> Result:
    """Give the result of an attempt at `EXERCISE`; `case` is one of `CASES`, or the id of the check that failed."""
    failed = {"failed": "answers", "hidden": "secret", "late": "extra", "too_late": "extra"}.get(case, case)
    outcomes = {failed: Outcome.FAILED}
    if case == "error":
        outcomes = {"answers": Outcome.ERROR}
    elif case == "withheld":
        outcomes = {"later": Outcome.WITHHELD}
    if failed == "builds":
        outcomes |= dict.fromkeys(("answers", "secret", "later", "extra"), Outcome.SKIPPED)
    checks = tuple(_checked(check, outcomes.get(check.id, Outcome.PASSED)) for check in exercise.file.checks)
    counted = [check for check in checks if check.outcome not in {Outcome.ERROR, Outcome.WITHHELD}]
    made: dict[str, Any] = {
        "attempt": hashlib.sha256(f"{exercise.digest} {digest} {case} {changes}".encode()).hexdigest()[:32],
        "exercise": ExerciseRef(id=exercise.id, title=exercise.file.title, digest=exercise.digest),
        "submission": SubmissionRef(
            id=student, kind="dockerfile", digest=digest, received_at=DUE, taken={"dockerfile": "Dockerfile"}
        ),
        "status": Status.GRADED,
        "score": sum((check.points for check in counted), Decimal(0)),
        "max_score": sum((check.max_points for check in counted if not check.bonus), Decimal(0)),
        "checks": checks,
        "flags": ("the image is built from a stand-in",) if case == "bonus" else (),
        "engine": EngineInfo(mode="host", versions={"docker": "26.1.5"}),
        "images": tuple(ImageRef(ref=ref, id=number) for ref, number in IMAGES.items()),
        "sources": (Source(path="Dockerfile", language="dockerfile", text="FROM python:3-slim\nCMD flask run\n"),),
        "seed": 7,
        "clocks": {"build": 1.25},
        "started_at": NOW,
        "finished_at": NOW + timedelta(seconds=4),
        "grader_version": __version__,
    }
    if case in {"rejected", "ungraded"}:
        why = "the archive holds '../x', which leads out of it" if case == "rejected" else "the engine is gone"
        made |= {"status": case, "score": None, "max_score": None, "checks": (), "message": why}
    return Result.model_validate({**made, **changes})


def _checked(check: Check, outcome: Outcome) -> CheckResult:
    facts: dict[str, Any] = {}
    if outcome is Outcome.FAILED:
        facts = {
            "message": f"nothing answers '{check.id}'",
            "expected": "status 200",
            "actual": "\x1b[2J connection refused",
            "hint": check.hint,
            "reproduce": "docker run --rm -p 3000:3000 IMAGE",
            "diagnosis": Diagnosis(
                cause="listens_on_loopback",
                summary="The server listens on 127.0.0.1 only.",
                explanation="That is the container itself.",
                fix="Listen on 0.0.0.0.",
            ),
            "findings": (Finding(rule="listens_on_loopback", level="error", message="127.0.0.1 only.", line=2),),
            "evidence": (Evidence(kind="log", title="The last lines of the log", text="Serving\n\x1b[31mGET /"),),
        }
    elif outcome is not Outcome.PASSED:
        facts = {"message": "the check itself is broken" if outcome is Outcome.ERROR else "not run"}
    return CheckResult(
        id=check.id,
        title=check.label,
        kind=check.kind,
        outcome=outcome,
        points=check.points if outcome is Outcome.PASSED else Decimal(0),
        max_points=check.points,
        bonus=check.bonus,
        visibility=check.visibility,
        feedback=check.feedback,
        seconds=0.5,
        **facts,
    )


def _student(store: Store, grading: int, exercise: Exercise, person: Person, case: str) -> None:
    """Hand in what one case is about, and grade it."""
    if case == "missing":
        return
    late = {"late": timedelta(days=1, hours=2), "too_late": timedelta(days=9), "twice": timedelta(days=-2)}
    received = None if case == "unknown" else DUE + late.get(case, timedelta(hours=-1))
    handin, digest = hand_in(store, grading, exercise.id, person.id, received=received)
    if case == "ungraded":
        store.fail(grading, handin, "the engine is gone", 3)
        return
    first = "failed" if case == "twice" else case
    attempt(store, grading, handin, make_graded(exercise, person.id, digest, first), past_due=case != "withheld")
    if case == "twice":
        again, other = hand_in(store, grading, exercise.id, person.id, received=DUE, text="again")
        attempt(store, grading, again, make_graded(exercise, person.id, other))
    elif case == "regrade":
        more = store.begin("batch", "regrade", {"engine": ENGINE})[0].id
        hand_in(store, more, exercise.id, person.id, received=received)
        store.fail(more, handin, "the disk is full", 3)


def values(*found: object) -> tuple[object, ...]:
    """Give them as they are, for a comparison of points with plain numbers, which mypy would refuse."""
    return found


def let_two_be_alike(store: Store, made: Made) -> None:
    """Let two in exercise one hand in what nobody else has, and the others what all have."""
    own = (
        "FROM busybox:1\n# wrote by me at nite, dont tuch\nRUN mkdir -p /srv/zebra && touch /srv/zebra/quokka\n"
        "ENV FAVOURITE=wombat LEAST=ibex\nLABEL maker=nobody\n# end of the zoo\nEXPOSE 4711\n"
    )
    for handin in store.handins("one"):
        copied = handin.student in {made.student("passed"), made.student("failed")}
        mine = f"RUN echo {handin.student}{handin.id} > /tmp/{handin.student}\n"
        _snapshot(store, handin.digest, own if copied else f"FROM busybox:1\n{mine}")


def _snapshot(store: Store, digest: str, text: str) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("Dockerfile")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text.encode()))
    store.add_snapshot(digest, stream.getvalue(), 1, len(text))
