"""What grading found: `grader/result/v1`, complete before any report reads it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from grader.core.model import Model
from grader.core.quantities import Points
from grader.core.text import SourceText, StudentText
from grader.core.transcript import Transcript


class Outcome(StrEnum):
    """What became of one check, and so who has to act."""

    PASSED = "passed"
    FAILED = "failed"
    """The student's doing."""
    SKIPPED = "skipped"
    """Something it needs did not pass."""
    ERROR = "error"
    """The author's or the platform's doing: costs no points."""
    WITHHELD = "withheld"
    """Not run: not before the due date, or not where it can't be run; costs no points."""


class Status(StrEnum):
    """What became of one attempt."""

    GRADED = "graded"
    REJECTED = "rejected"
    """Broke a policy: no score, a person must look."""
    UNGRADED = "ungraded"
    """Infrastructure error: no score, to be retried."""


class Visibility(StrEnum):
    """Who sees a check, and when."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE = "after_due"


class Feedback(StrEnum):
    """How much a failed check tells the student."""

    FULL = "full"
    ACTUAL_ONLY = "actual_only"
    NONE = "none"


class Evidence(Model):
    """Raw material kept with an outcome: a log tail, an HTTP exchange, a fragment of `docker inspect`."""

    kind: Literal["build", "log", "http", "inspect", "source", "command"]
    title: str
    text: StudentText


class Finding(Model):
    """A fault at a place in a file that was handed in."""

    rule: str
    """What it breaks: `DL3007`, the cause that explains it, or the kind of the check that found it."""
    level: Literal["error", "warning", "info", "style"]
    message: StudentText
    path: StudentText = "Dockerfile"
    """Of the file, below the submission's folder, with `/` between its parts."""
    line: int | None = None
    """From 1; None: it is about the whole file."""


class Source(Model):
    """A file of the submission that its checks look at, for showing findings at their lines."""

    path: StudentText
    """Below the submission's folder, with `/` between its parts."""
    language: Literal["dockerfile", "shell", "yaml", "text"]
    text: SourceText
    """Cut at its end, with a line that says so, where it is very long."""


class Diagnosis(Model):
    """A cause worked out from evidence."""

    cause: str
    """The name of the diagnosis; `expect.yaml` refers to it."""
    summary: StudentText
    """One sentence: what went wrong."""
    explanation: StudentText
    """Why that makes the check fail."""
    fix: StudentText
    """What to do about it."""
    line: int | None = None
    """The line that it is about, of the Dockerfile or of the file with the commands."""
    flag: StudentText | None = Field(default=None, exclude=True)
    """What a person should know who reads the result: that the work may well do on the student's machine what it
    can't do here, and what is missing for that."""
    certainty: int = Field(default=50, ge=0, le=100, exclude=True)
    """The most certain diagnosis of a failure is the one given."""


class CheckResult(Model):
    """One check of one attempt."""

    id: str
    title: str
    kind: str
    outcome: Outcome
    points: Points
    max_points: Points
    bonus: bool = False
    expected: StudentText | None = None
    actual: StudentText | None = None
    message: StudentText | None = None
    diagnosis: Diagnosis | None = None
    hint: StudentText | None = None
    reproduce: StudentText | None = None
    """The command that shows the same thing."""
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    feedback: Feedback = Feedback.FULL
    seconds: float = 0.0
    waited: bool = False
    """Whether it failed because, or after, a time was up: on a crowded machine that may be nobody's doing."""


class ExerciseRef(Model):
    """Which exercise, to the byte."""

    id: str
    title: str
    digest: str


class SubmissionRef(Model):
    """Which submission, to the byte, and what of it was used."""

    id: StudentText
    kind: str
    digest: str | None = None
    received_at: datetime
    taken: dict[str, StudentText] = Field(default_factory=dict)
    """What intake settled on, for example which Dockerfile and which build context."""


class EngineInfo(Model):
    """The engine an attempt ran on."""

    mode: str
    versions: dict[str, str] = Field(default_factory=dict)
    limits: dict[str, str] = Field(default_factory=dict)
    """Limits in force, as the engine reports them, and what it could not enforce."""


class ImageRef(Model):
    """A base image as it was when the attempt ran."""

    ref: str
    id: str
    digest: str | None = None
    standin: bool = False


NEEDS_ENGINE: Final = "not run: it needs a Docker engine"
"""Why a check is withheld that can't be run without one."""


class Result(Model):
    """One attempt, graded or not."""

    schema_: Literal["grader/result/v1"] = Field(default="grader/result/v1", alias="schema")
    attempt: str
    exercise: ExerciseRef
    submission: SubmissionRef
    status: Status
    score: Points | None = None
    max_score: Points | None = None
    message: StudentText | None = None
    """Why there is no score, or what stands above all checks."""
    hint: StudentText | None = None
    checks: tuple[CheckResult, ...] = ()
    flags: tuple[StudentText, ...] = ()
    engine: EngineInfo | None = None
    images: tuple[ImageRef, ...] = ()
    sources: tuple[Source, ...] = ()
    """What was handed in, as far as it is text that checks are about."""
    transcript: Transcript | None = None
    """What a student's commands did, where commands were handed in."""
    seed: int
    clocks: dict[str, float] = Field(default_factory=dict)
    started_at: datetime
    finished_at: datetime
    grader_version: str

    @property
    def passed(self) -> bool:
        """Whether every check that ran has passed, and at least one did."""
        ran = [check for check in self.checks if check.outcome is not Outcome.WITHHELD]
        return self.status is Status.GRADED and bool(ran) and all(check.outcome is Outcome.PASSED for check in ran)
