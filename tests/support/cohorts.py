"""Classes made in memory, the same at each run: results, and all that is known beside them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final

from grader.core.alike import Line, Mark, Pair, Row, Side, Sign
from grader.core.analysis import Analysis, Cause, CheckStats, Suspect, Times
from grader.core.cohort import Alike, Cohort
from grader.core.gradebook import Entry, Gradebook, Override, Task
from grader.core.result import CheckResult, Diagnosis, Evidence, ExerciseRef, Outcome, Status, SubmissionRef, Visibility
from tests.support.factories import WHEN, make_check_result, make_result
from tests.support.gradebooks import make_person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.handin import Person
    from grader.core.result import Result

HOSTILE_NAMES: Final = (
    "<script>alert('name')</script>", '"><img src=x onerror=alert(1)>', "</td></tr></table><h1>owned</h1>",
    "' onmouseover='alert(2)", "javascript:alert(3)", "{{ 7 * 7 }}{% raw %}", "</script><svg onload=alert(4)>",
    "Zo\u202eë evil", "\x1b[31mred\x07", "<!--", "]]>", "&lt;b&gt;", "x" * 400, "\u2028line", "\u200b",
    "../../etc/passwd",
)  # fmt: skip
"""Names that want to be markup, run, or lead somewhere."""

_FIRST: Final = (
    "Ada", "Bram", "Chidi", "Dana", "Emre", "Freya", "Gita", "Hana", "Ivo", "Jin", "Kofi", "Lena", "Mio", "Noor", "Olu",
    "Pia", "Quy", "Rosa", "Sami", "Tove", "Uma", "Vera", "Wen", "Xenia", "Yara", "Zoë",
)  # fmt: skip
_LAST: Final = ("Abara", "Berg", "Costa", "Diaz", "Eze", "Fischer", "García", "Haugen", "Ito", "Jansen", "Kaya", "Lind")
_TITLES: Final = (
    "The image builds", "It starts from a slim base image", "The image is smaller than 200 MB",
    "The server answers on port 3000", "It runs as its own user", "A health check says when it is ready",
    "It stops within two seconds", "No package lists are left in a layer", "Data is kept over a restart",
    "What nobody was told of",
)  # fmt: skip
_CAUSES: Final = (
    ("loopback", "The server listens on 127.0.0.1 inside the container."),
    ("not_pinned", "The base image has no tag, and so it changes over time."),
    (None, "nothing answers on port 3000"),
)
_LOG: Final = "".join(f"2026-03-01 12:00:{second:02} worker {second} <b>started</b>\n" for second in range(40))
TITLES: Final = {"serve-on-3000": "Serve a page on port 3000", "own-user": "Run as a user of its own"}
"""The exercises of the classes here."""


@dataclass
class Made:
    """A class, and its results as they are asked for."""

    cohort: Cohort
    tasks: tuple[str, ...]
    _plan: dict[str, tuple[str, Person, str, float]] = field(default_factory=dict)

    def results(self) -> Iterator[Result]:
        """Give the results one after the other, as a store would."""
        for attempt, (task, person, status, ability) in self._plan.items():
            yield _result(task, person, status, ability, attempt)


def make_class(count: int, *, tasks: tuple[str, ...] = ("serve-on-3000",), hostile: bool = True) -> Made:
    """Make a class of so many students, with everything in it that a class page shows."""
    random = Random(7)  # noqa: S311 - the same at each run
    people = [_person(number, random, hostile=hostile) for number in range(count)]
    made = Made(Cohort(title="t", book=Gradebook(tasks=(), people=(), entries=())), tasks)
    entries: list[Entry] = []
    for person in people:
        ability = random.betavariate(4, 1.6)
        for task in tasks:
            entries.append(_entry(made, task, person, ability, len(entries)))
    book = Gradebook(
        tasks=tuple(Task(id=task, title=TITLES[task], max_score=Decimal(20), due=WHEN) for task in tasks),
        people=tuple(people),
        entries=tuple(entries),
    )
    made.cohort = Cohort(
        title="Containers, spring",
        book=book,
        analyses=tuple(_analysis(task, book, people) for task in tasks),
        pairs=tuple(_alike(tasks[0], people) for _ in range(1 if count > 3 else 0)),
        notes=("3 of the submissions have not been graded yet.",),
    )
    return made


def _person(number: int, random: Random, *, hostile: bool) -> Person:
    name = f"{random.choice(_FIRST)} {random.choice(_LAST)}"
    who = f"s{number:04}"
    if hostile and number < len(HOSTILE_NAMES):
        name, who = HOSTILE_NAMES[number], f"{HOSTILE_NAMES[number][:40]}{number}"
    return make_person(
        who,
        name=name,
        email=f"s{number:04}@example.org",
        login=f"login{number}",
        section="ABC"[number % 3],
        on_roster=number % 97 != 50,
    )


def _entry(made: Made, task: str, person: Person, ability: float, number: int) -> Entry:
    status = (
        "missing"
        if number % 23 == 11
        else "rejected"
        if number % 61 == 17
        else "ungraded"
        if number % 83 == 29
        else "graded"
    )
    fact: dict[str, Any] = {"exercise": task, "student": person.id, "status": status, "max_score": 20}
    if status == "missing":
        return Entry(**fact, message="nothing was handed in")
    attempt = f"{number:016x}"
    made._plan[attempt] = (task, person, status, ability)
    fact |= {"attempt": attempt, "handin": 1, "attempts": 1 + number % 4, "received_at": WHEN, "graded_at": WHEN}
    if status == "graded":
        raw = sum((check.points for check in _checks(task, person, ability, attempt)), Decimal(0))
        fact |= {"raw": raw, "score": raw}
        if number % 9 == 4:
            fact |= {
                "late_percent": 10,
                "late_seconds": 86_400 + number,
                "score": (raw * 9 / 10).quantize(Decimal("0.01")),
            }
        if number % 131 == 8:
            fact["overrides"] = (
                Override(
                    exercise=task, student=person.id, points=Decimal(18), at=WHEN, author="Dr. Berg",
                    reason="the task's text was wrong <b>here</b>",
                ),
            )  # fmt: skip
            fact |= {"score": 18, "late_percent": None, "late_seconds": 0}
    else:
        fact["message"] = "the engine was lost" if status == "ungraded" else "mounts the engine's socket <i>"
    if number % 41 == 3:
        fact["flags"] = ("stand-ins were used",)
    return Entry(**fact)


def _checks(task: str, person: Person, ability: float, attempt: str) -> tuple[CheckResult, ...]:
    random = Random(f"{task}{attempt}")  # noqa: S311 - the same at each run
    made: list[CheckResult] = []
    for number, title in enumerate(_TITLES):
        hard = 0.35 * number / len(_TITLES)
        fate = random.random() * 0.9 + ability * 0.6 - hard
        outcome = Outcome.PASSED if fate > 0.45 else Outcome.FAILED
        if made and made[0].outcome is Outcome.FAILED:
            outcome = Outcome.SKIPPED
        elif random.random() < 0.004:
            outcome = Outcome.ERROR
        made.append(_check(number, title, outcome, person, random))
    return tuple(made)


def _check(number: int, title: str, outcome: Outcome, person: Person, random: Random) -> CheckResult:
    changes: dict[str, Any] = {"points": 2 if outcome is Outcome.PASSED else 0, "max_points": 2, "outcome": outcome}
    if number == len(_TITLES) - 1:
        changes["visibility"] = Visibility.HIDDEN
    if outcome is Outcome.FAILED:
        cause, summary = random.choice(_CAUSES)
        changes |= {
            "message": f"nothing answers on port 3000: {person.name}",
            "expected": "HTTP 200\ncontent-type: text/plain\nhello",
            "actual": "HTTP 500\ncontent-type: text/html\n<script>alert('output')</script>",
            "hint": "Look at the first line of the log.",
            "reproduce": "docker run --rm -p 3000:3000 IMAGE",
            "evidence": (Evidence(kind="log", title="what the container wrote", text=_LOG + person.name),),
        }
        if cause is not None:
            changes["diagnosis"] = Diagnosis(
                cause=cause, summary=summary, explanation="Nobody outside reaches it.", fix="Listen on 0.0.0.0.", line=3
            )
    return make_check_result(id=f"check-{number}", title=title, kind="http" if number else "build", **changes)


def _result(task: str, person: Person, status: str, ability: float, attempt: str) -> Result:
    checks = _checks(task, person, ability, attempt)
    changes: dict[str, Any] = {"checks": checks}
    if status != "graded":
        changes = {"checks": (), "score": None, "max_score": None, "status": Status(status), "message": "no score: <i>"}
    return make_result(
        attempt=attempt,
        exercise=ExerciseRef(id=task, title=TITLES[task], digest="e" * 64),
        submission=SubmissionRef(id=person.id, kind="dockerfile", digest="5" * 64, received_at=WHEN),
        finished_at=WHEN + timedelta(seconds=4),
        clocks={"build": 2.5, "checks": 1.5},
        **changes,
    )


def _analysis(task: str, book: Gradebook, people: list[Person]) -> Analysis:
    entries = [entry for entry in book.entries if entry.exercise == task]
    count = {
        status: sum(entry.status == status for entry in entries)
        for status in ("graded", "rejected", "ungraded", "missing")
    }
    scores = [entry.raw for entry in entries if entry.raw is not None]
    graded, some = count["graded"], tuple(person.id for person in people[:3])
    checks = tuple(
        CheckStats(
            id=f"check-{number}", title=title, kind="http" if number else "build", max_points=Decimal(2),
            passed=graded * (20 - number) // 20, failed=graded - graded * (20 - number) // 20, skipped=0,
            error=number % 3, withheld=0, pass_rate=(20 - number) / 20 if graded else None,
            discrimination=None if not number else 0.6 - number / 12, why_not=None if number else "everybody passed",
            unexplained=number, seconds=Times(count=graded, median=0.1 + number / 7, p90=2.0, total=40.0),
            causes=tuple(
                Cause(cause=cause, summary=summary, count=9 - place, students=some)
                for place, (cause, summary) in enumerate(_CAUSES)
            ) if number else (),
        )
        for number, title in enumerate(_TITLES)
    )  # fmt: skip
    return Analysis(
        exercise=task, title=TITLES[task], graded=graded, rejected=count["rejected"], ungraded=count["ungraded"],
        missing=count["missing"],
        all_passed=sum(score == 20 for score in scores),
        median_score=Decimal(statistics.median(scores)) if scores else None, max_score=Decimal(20), checks=checks,
        seconds=Times(count=graded, median=4.0, p90=6.0, total=4.0 * graded),
        first=(Suspect(check="check-9", why="negative", reason="Those with high scores fail it more often."),),
    )  # fmt: skip


def _alike(task: str, people: list[Person]) -> Alike:
    lines = ("FROM python:3-slim", "# my <b>special</b> comment", "COPY . /app", 'CMD ["python3", "app.py"]')
    marks: tuple[Mark, ...] = ("usual", "same", "partly", "usual")
    rows = [
        Row(
            one=Line(file="Dockerfile", line=number, text=text, mark=mark),
            other=Line(file="Dockerfile", line=number + 2, text=text.lower() if mark == "partly" else text, mark=mark),
        )
        for number, (text, mark) in enumerate(zip(lines, marks, strict=True), 1)
    ]  # fmt: skip
    sides = [
        Side(
            student=person.id, name=person.name, handins=(number + 1,), digest="5" * 64, label=f"{person.id}.zip",
            received_at=WHEN,
        )
        for number, person in enumerate(people[:2])
    ]  # fmt: skip
    pair = Pair(
        percent=97, shared=12, bits=61.5, one=sides[0], other=sides[1],
        signs=(Sign(kind="comment", text="my <b>special</b> comment", holders=2),),
    )  # fmt: skip
    only = Row(one=Line(file="Dockerfile", line=9, text="EXPOSE 3000", mark="own"))
    return Alike(exercise=task, pair=pair, rows=(*rows, 4, only))
