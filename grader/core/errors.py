"""Everything `grader` raises on purpose, and the exit code each error ends a command with.

GraderError
├── UsageError        2   the command line asks for something that isn't there
├── ExerciseError     2   exercise.yaml is broken; carries every problem with its place
├── SubmissionError   1   the hand-in can't be graded as it is: a result, not a crash
├── PolicyError       4   the hand-in breaks a rule of the exercise; a person must look
└── SandboxError      3   the engine, the network or the disk: never the student's doing

Failure               a check that did not hold: the student's doing, with expected and actual
├── Mismatch              found, but not what was asked for
├── Missing               not there at all
└── TimedOut              not finished within a limit, which is named
Unmet                 a check that can't be looked at, since what it looks at does not exist
Broken                a check that can't be carried out as it is written: the author's doing
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.check import Check
    from grader.core.result import Evidence, Finding


class GraderError(Exception):
    """An expected error: shown as one message with what to do, never as a traceback."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GraderError):
    """The command line asks for something that can't be done."""

    exit_code = 2


class ExerciseError(GraderError):
    """An exercise can't be used; `problems` lists every reason, each with file, line and column."""

    exit_code = 2

    def __init__(self, problems: Sequence[str], *, hint: str | None = None) -> None:
        super().__init__("\n".join(problems), hint=hint)
        self.problems = tuple(problems)


class SubmissionError(GraderError):
    """A submission can't be graded as it stands, and the student can mend it."""

    exit_code = 1


class PolicyError(GraderError):
    """A submission breaks a rule that keeps the host or its neighbours safe."""

    exit_code = 4


class SandboxError(GraderError):
    """The engine or the machine failed; costs no points and can be retried."""

    exit_code = 3


class Failure(Exception):  # noqa: N818 - the word that students and authors read
    """A check does not hold.

    `expected` and `actual` are for a person to compare, `reproduce` is the command that shows it,
    `evidence` is raw material to keep with the outcome, `asked` tells diagnoses which call to the engine is missing.
    `findings` say where in what was handed in; they need a path only if it is not that of the file that was taken.
    """

    def __init__(
        self,
        message: str,
        *,
        expected: str | None = None,
        actual: str | None = None,
        hint: str | None = None,
        reproduce: str | None = None,
        evidence: tuple[Evidence, ...] = (),
        asked: tuple[str, ...] = (),
        findings: tuple[Finding, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.actual = actual
        self.hint = hint
        self.reproduce = reproduce
        self.evidence = evidence
        self.asked = asked
        self.findings = findings
        self.check: Check | None = None
        """The check of a group that failed, where that is not the one that is reported: for diagnoses."""
        self.parts: tuple[Failure, ...] = ()
        """What it is made of, if it tells several failures of a group as one: each may have a cause."""
        self.final = False
        """Whether it would be the same if it were looked at again, since nothing of it can change any more."""
        self.explained = True
        """Whether to look for a cause: of no use where the student's work is meant to go wrong, and does."""


class Mismatch(Failure):
    """Something was found, and it isn't what the exercise asks for."""


class Missing(Failure):
    """Something that the exercise asks for isn't there."""


class TimedOut(Failure):
    """Student work did not finish within a limit, which the message names."""


class Unmet(Exception):  # noqa: N818 - an outcome (skipped), not an error
    """A check has nothing to look at, because something before it did not work."""


class Broken(Exception):  # noqa: N818 - an outcome (error) that costs no points
    """A check can't be carried out as its author wrote it; the message says why, and where."""
