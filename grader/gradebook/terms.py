"""Until when work was due and what lateness costs, by the version of the exercise that it was graded with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from grader.core.late import Lateness, LatePolicy, extension_of, lateness

if TYPE_CHECKING:
    from datetime import datetime

    from grader.core.handin import Person
    from grader.store import Store
    from grader.store.rows import ExerciseRow


class Terms:
    """Looks each version up once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[datetime | None, LatePolicy | None]] = {}
        self._latest: dict[str, ExerciseRow | None] = {}

    def latest(self, exercise: str) -> ExerciseRow | None:
        """Give the version that the newest grading used."""
        if exercise not in self._latest:
            self._latest[exercise] = self._store.latest_exercise(exercise)
        return self._latest[exercise]

    def lateness(self, exercise: str, digest: str | None, person: Person, received_at: datetime | None) -> Lateness:
        """Say how late something is; without a digest, by the newest version."""
        due, policy = self._of(exercise, digest)
        try:
            return lateness(received_at, due, policy, extension_of(person, exercise, policy))
        except ValueError:
            # An extension that nobody can read: without it, and not in the student's favour by chance.
            return lateness(received_at, due, policy)

    def _of(self, exercise: str, digest: str | None) -> tuple[datetime | None, LatePolicy | None]:
        key = digest or f"latest {exercise}"
        if key not in self._known:
            row = self._store.exercise(digest) if digest is not None else self.latest(exercise)
            self._known[key] = (row.due, policy_of(row)) if row is not None else (None, None)
        return self._known[key]


def policy_of(row: ExerciseRow) -> LatePolicy | None:
    """Give the policy that a version has; None where it has none that can be read."""
    try:
        return LatePolicy.model_validate(row.file["late"]) if row.file.get("late") is not None else None
    except ValidationError:
        return None  # with variables in it; the exercise itself was loaded by a batch
