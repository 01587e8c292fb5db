"""A backend whose attempts only say how they end, and somebody who watches the batch."""

from __future__ import annotations

import os
import signal
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from grader.batch.backend import Ended, Job, Running
from grader.core.result import CheckResult, ExerciseRef, Outcome, Result, Status, SubmissionRef
from grader.exercise.load import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.batch.tally import Tally

MOMENT: Final = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Play:
    """How one attempt ends."""

    status: Status = Status.GRADED
    outcome: Outcome = Outcome.PASSED
    waited: bool = False
    crowded: bool = False
    crash: str = ""
    asks: int = 0
    """How many Ctrl-C come while it runs."""


class Backend:
    """Ends each job as its student's plays say, one after the other; the last play repeats."""

    def __init__(self, plays: dict[str, list[Play]], slots: int = 2) -> None:
        self.slots = slots
        self.plays = plays
        self.jobs: deque[Job] = deque()
        self.started: list[str] = []
        self.every: list[Job] = []
        self.most = 0
        self.alone: list[str] = []
        self.interrupted = False

    def start(self, job: Job) -> None:
        self.started.append(job.student)
        self.every.append(job)
        self.jobs.append(job)
        self.most = max(self.most, len(self.jobs))

    def wait(self, _seconds: float) -> Sequence[Ended]:
        if not self.jobs:
            return ()
        if len(self.jobs) == 1:
            self.alone.append(self.jobs[0].student)
        job = self.jobs.popleft()
        plays = self.plays.get(job.student, [Play()])
        play = plays.pop(0) if len(plays) > 1 else plays[0]
        for _ in range(play.asks):
            os.kill(os.getpid(), signal.SIGINT)
        if self.interrupted or play.crash:
            return [Ended(job.handin, None, play.crash or "it was interrupted")]
        waited = ("one",) if play.waited else ()
        return [Ended(job.handin, result(job, play).model_dump_json().encode(), "", waited, play.crowded)]

    def running(self) -> Sequence[Running]:
        return [Running(job.handin, job.student, 1.0, "Checking") for job in self.jobs]

    def bugs(self) -> Sequence[str]:
        return ()

    def interrupt(self) -> None:
        self.interrupted = True

    def close(self, *, at_once: bool = False) -> None:
        self.interrupted = self.interrupted or at_once


def result(job: Job, play: Play) -> Result:
    check = CheckResult(
        id="one", title="One", kind="build", outcome=play.outcome, points=Decimal(1), max_points=Decimal(1)
    )
    scored = play.status is Status.GRADED
    exercise = load(job.exercise)
    return Result(
        attempt=os.urandom(16).hex(),
        exercise=ExerciseRef(id=exercise.id, title="It", digest=exercise.digest),
        submission=SubmissionRef(id=job.student, kind="dockerfile", received_at=MOMENT),
        status=play.status,
        score=Decimal(1) if scored else None,
        max_score=Decimal(1) if scored else None,
        message=None if scored else f"the engine went away under {job.student}",
        checks=(check,) if scored else (),
        seed=1,
        started_at=MOMENT,
        finished_at=MOMENT,
        grader_version="1",
    )


@dataclass
class Watched:
    notes: list[str] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    def phase(self, name: str) -> None:
        self.notes.append(name)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def tally(self, tally: Tally) -> None:
        self.tallies.append(replace(tally))
